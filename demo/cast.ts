/** The cast: the people of the demo world, by the names that the seed, the tests, the screenshots and the benchmark call them. */
import type { Locale } from '../src/host/catalog.js'
import type { Permission } from '../src/host/host.js'

/** The password of everybody in the demo world. It is public: never seed a CRM that strangers can reach. */
export const demoPassword = 'warm-winter-in-Brno'

const company = { name: 'Thermovia', mailDomains: ['thermovia.example'] } as const

export interface StaffMember {
  readonly id: string
  readonly userName: string
  readonly name: string
  readonly email: string
  readonly isAdministrator: boolean
  readonly permissions: readonly Permission[]
  readonly locale: Locale
  readonly timeZone: string
}

export interface Person {
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly phone: string
  readonly title: string
  /** Id of the account he works for. */
  readonly account: string
  readonly city: string
  readonly country: string
  readonly locale: Locale
}

/** Who works at Thermovia. */
export const staff = {
  /** Administrator; has every permission. */
  irena: member('irena', 'Irena Malá', 'cs', 'Europe/Prague', { isAdministrator: true }),
  /** Sales in Germany; invites customers, sets portals up. */
  frank: member('frank', 'Frank Weber', 'de', 'Europe/Berlin', {
    permissions: ['manage-portals', 'manage-portal-users']
  }),
  /** Support; sees the portal users, does not configure portals. */
  petra: member('petra', 'Petra Nováková', 'cs', 'Europe/Prague', { permissions: ['manage-portal-users'] }),
  /** Sales in the United Kingdom; works out who sees whose records. */
  grace: member('grace', 'Grace Hughes', 'en', 'Europe/London', { permissions: ['manage-sharing'] }),
  /** Assistant; no permission at all. */
  ben: member('ben', 'Ben Fischer', 'de', 'Europe/Berlin')
} as const satisfies Record<string, StaffMember>

const towns = {
  nordwind: ['Hamburg', 'DE'],
  fjordside: ['Newcastle upon Tyne', 'GB'],
  'teplo-morava': ['Brno', 'CZ']
} as const

/** Customers: Anna and Jonas at Nordwind (Hamburg), Björn and Emily at Fjordside (Newcastle), Jana and Pavel at Teplo Morava (Brno). */
export const customers = {
  anna: person(
    'anna',
    'Anna',
    'Schmidt',
    'nordwind',
    'nordwind.example',
    '+49 40 5550 110',
    'Technische Leiterin',
    'de'
  ),
  jonas: person('jonas', 'Jonas', 'Petersen', 'nordwind', 'nordwind.example', '+49 40 5550 112', 'Einkäufer', 'de'),
  bjorn: person(
    'bjorn',
    'Björn',
    'Larsen',
    'fjordside',
    'fjordside.example',
    '+44 191 555 0140',
    'Operations Manager',
    'en'
  ),
  emily: person('emily', 'Emily', 'Carter', 'fjordside', 'fjordside.example', '+44 191 555 0141', 'Buyer', 'en'),
  jana: person(
    'jana',
    'Jana',
    'Dvořáková',
    'teplo-morava',
    'teplo-morava.example',
    '+420 541 555 020',
    'Jednatelka',
    'cs'
  ),
  pavel: person(
    'pavel',
    'Pavel',
    'Kučera',
    'teplo-morava',
    'teplo-morava.example',
    '+420 541 555 021',
    'Servisní technik',
    'cs'
  )
} as const satisfies Record<string, Person>

/** People who are not customers yet. */
export const leads = [
  lead('lena', 'Lena', 'Hoffmann', 'Hofgut Sonnenhain', 'sonnenhain.example', 'New', 'Web', 'Lüneburg', 'DE'),
  lead('oliver', 'Oliver', 'Bennett', 'Bennett & Sons', 'bennett-sons.example', 'InProcess', 'Fair', 'Leeds', 'GB'),
  lead('zuzana', 'Zuzana', 'Procházková', 'Penzion U Lípy', 'ulipy.example', 'Assigned', 'Referral', 'Olomouc', 'CZ'),
  lead('karel', 'Karel', 'Veselý', 'Pekárna Veselý', 'pekarna-vesely.example', 'New', 'Phone', 'Zlín', 'CZ'),
  /** No address: he can't be invited. */
  { ...lead('marten', 'Marten', 'Claasen', 'Claasen Yachtbau', '', 'Dead', 'Fair', 'Kiel', 'DE'), email: '' }
] as const

function member(
  userName: string,
  name: string,
  locale: Locale,
  timeZone: string,
  rights: { isAdministrator?: boolean; permissions?: readonly Permission[] } = {}
): StaffMember {
  const email = `${userName}@${company.mailDomains[0]}`
  return { id: userName, userName, name, email, locale, timeZone, isAdministrator: false, permissions: [], ...rights }
}

function person(
  id: string,
  firstName: string,
  lastName: string,
  account: keyof typeof towns,
  domain: string,
  phone: string,
  title: string,
  locale: Locale
): Person {
  const [city, country] = towns[account]
  return { id, firstName, lastName, email: `${id}@${domain}`, phone, title, account, city, country, locale }
}

function lead(
  id: string,
  firstName: string,
  lastName: string,
  companyName: string,
  domain: string,
  status: string,
  source: string,
  city: string,
  country: string
) {
  return { id, firstName, lastName, company: companyName, email: `${id}@${domain}`, status, source, city, country }
}
