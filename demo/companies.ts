/** Companies of the demo world: customers with their colleagues, a partner, and vendors. */
import { customers, type Person } from './cast.js'

export interface CompanyRow {
  readonly id: string
  readonly owner: string
  readonly values: Readonly<Record<string, string | number | null>>
}

function companyRow(
  id: string,
  owner: string,
  name: string,
  address: readonly [street: string, postalCode: string, city: string, country: string],
  more: Record<string, string | number> = {}
): CompanyRow {
  const [street, postalCode, city, country] = address
  const domain = `${id}.example`
  const email = `info@${domain}`
  return {
    id,
    owner,
    values: { name, street, postalCode, city, country, email, website: `https://www.${domain}`, ...more }
  }
}

export const accounts: readonly CompanyRow[] = [
  companyRow('nordwind', 'frank', 'Nordwind Heizung GmbH', ['Speicherstraße 12', '20457', 'Hamburg', 'DE'], {
    type: 'Customer',
    industry: 'Construction',
    phone: '+49 40 5550 100',
    vatNumber: 'DE 811 555 014',
    employees: 86
  }),
  companyRow('nordwind-service', 'frank', 'Nordwind Service GmbH', ['Am Kai 3', '28217', 'Bremen', 'DE'], {
    type: 'Customer',
    industry: 'Services',
    phone: '+49 421 5550 200',
    parentAccount: 'nordwind',
    employees: 24
  }),
  companyRow('fjordside', 'grace', 'Fjordside Pumps Ltd', ['8 Quayside Mews', 'NE1 3DX', 'Newcastle upon Tyne', 'GB'], {
    type: 'Customer',
    industry: 'Manufacturing',
    phone: '+44 191 555 0100',
    vatNumber: 'GB 555 0142 73',
    employees: 140
  }),
  companyRow('teplo-morava', 'irena', 'Teplo Morava s.r.o.', ['Křenová 52', '602 00', 'Brno', 'CZ'], {
    type: 'Customer',
    industry: 'Housing',
    phone: '+420 541 555 000',
    vatNumber: 'CZ 55501420',
    employees: 38
  }),
  companyRow('alster-wohnen', 'frank', 'Alster Wohnen eG', ['Hudtwalckerstraße 30', '22299', 'Hamburg', 'DE'], {
    type: 'Customer',
    industry: 'Housing',
    phone: '+49 40 5550 300',
    employees: 210
  }),
  companyRow(
    'tyne-housing',
    'grace',
    'Tyne Housing Association',
    ['41 Collingwood Street', 'NE1 1JF', 'Newcastle upon Tyne', 'GB'],
    {
      type: 'Prospect',
      industry: 'Housing',
      phone: '+44 191 555 0190',
      employees: 320
    }
  ),
  companyRow('pivovar-lisen', 'irena', 'Pivovar Líšeň a.s.', ['Sladová 7', '628 00', 'Brno', 'CZ'], {
    type: 'Customer',
    industry: 'Manufacturing',
    phone: '+420 544 555 060',
    employees: 54
  }),
  companyRow('kessel-partner', 'frank', 'Kessel & Partner Montage', ['Ringbahnstraße 18', '12099', 'Berlin', 'DE'], {
    type: 'Partner',
    industry: 'Construction',
    phone: '+49 30 5550 400',
    employees: 17
  })
]

/** The cast's customers and a few people more, each with the account he works for. */
export const contacts: readonly Person[] = [
  ...Object.values(customers),
  colleague('sabine', 'Sabine', 'Krüger', 'nordwind-service', 'Disponentin', 'Bremen', 'DE', 'de'),
  colleague('mehmet', 'Mehmet', 'Yıldız', 'nordwind', 'Bauleiter', 'Hamburg', 'DE', 'de'),
  colleague('ulrike', 'Ulrike', 'Brandt', 'alster-wohnen', 'Hausverwaltung', 'Hamburg', 'DE', 'de'),
  colleague('george', 'George', 'Whitfield', 'tyne-housing', 'Head of Maintenance', 'Newcastle upon Tyne', 'GB', 'en'),
  colleague('siobhan', 'Siobhán', "O'Neill", 'fjordside', 'Site Engineer', 'Newcastle upon Tyne', 'GB', 'en'),
  colleague('radek', 'Radek', 'Šťastný', 'pivovar-lisen', 'Sládek', 'Brno', 'CZ', 'cs'),
  colleague('eliska', 'Eliška', 'Horáková', 'teplo-morava', 'Účetní', 'Brno', 'CZ', 'cs'),
  colleague('dirk', 'Dirk', 'Kessel', 'kessel-partner', 'Geschäftsführer', 'Berlin', 'DE', 'de')
]

export const vendors: readonly CompanyRow[] = [
  companyRow('rheinventil', 'frank', 'Rheinventil AG', ['Hafenstraße 77', '47119', 'Duisburg', 'DE'], {
    category: 'Parts'
  }),
  companyRow('pennine-freight', 'grace', 'Pennine Freight', ['2 Canal Wharf', 'LS11 5PS', 'Leeds', 'GB'], {
    category: 'Logistics'
  }),
  companyRow('kotle-hana', 'irena', 'Kotle Haná spol. s r.o.', ['Holická 9', '779 00', 'Olomouc', 'CZ'], {
    category: 'Parts'
  })
]

function colleague(
  id: string,
  firstName: string,
  lastName: string,
  account: string,
  title: string,
  city: string,
  country: string,
  locale: Person['locale']
): Person {
  return {
    id,
    firstName,
    lastName,
    account,
    title,
    city,
    country,
    locale,
    email: `${id}@${account}.example`,
    phone: ''
  }
}
