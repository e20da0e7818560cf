/** Companies and people: accounts, contacts, leads, vendors. */
import type { ModuleDefinition } from '../definition.js'
import {
  accountLabel,
  address,
  choice,
  contactLabel,
  description,
  email,
  fax,
  field,
  mobile,
  naming,
  personName,
  phone,
  reference,
  section,
  statusLabel,
  typeLabel,
  website,
  words
} from './fields.js'

const jobTitle = field('text', words('Job title', 'Position', 'Pozice'), { maxLength: 100 })
const emailOptOut = field('boolean', words('No bulk mail', 'Keine Massenmails', 'Bez hromadných e-mailů'), {
  default: false
})

const approval = choice(words('Approval', 'Freigabe', 'Schválení'), [
  ['Pending', words('Waiting for approval', 'Wartet auf Freigabe', 'Čeká na schválení'), 'warn'],
  ['Review', words('Waiting for review', 'Wartet auf Prüfung', 'Čeká na kontrolu'), 'warn'],
  ['Approved', words('Approved', 'Freigegeben', 'Schváleno'), 'good']
])

const account: ModuleDefinition = {
  name: 'Account',
  label: words('Account', 'Firma', 'Firma'),
  plural: words('Accounts', 'Firmen', 'Firmy'),
  icon: 'building-2',
  hasFeed: true,
  fields: {
    name: naming(words('Name', 'Name', 'Název')),
    type: choice(
      typeLabel,
      [
        ['Customer', words('Customer', 'Kunde', 'Zákazník'), 'good'],
        ['Partner', words('Partner', 'Partner', 'Partner'), 'info'],
        ['Prospect', words('Prospect', 'Interessent', 'Zájemce')],
        ['Supplier', words('Supplier', 'Lieferant', 'Dodavatel')]
      ],
      'Customer'
    ),
    industry: choice(words('Industry', 'Branche', 'Odvětví'), [
      ['Construction', words('Construction', 'Bau', 'Stavebnictví')],
      ['Housing', words('Housing', 'Wohnungswirtschaft', 'Bytové hospodářství')],
      ['Manufacturing', words('Manufacturing', 'Fertigung', 'Výroba')],
      ['Retail', words('Retail', 'Einzelhandel', 'Maloobchod')],
      ['Services', words('Services', 'Dienstleistung', 'Služby')]
    ]),
    email,
    phone,
    website,
    vatNumber: field('text', words('VAT number', 'USt-IdNr.', 'DIČ'), { maxLength: 30 }),
    employees: field('integer', words('Employees', 'Beschäftigte', 'Počet zaměstnanců'), { min: 0 }),
    parentAccount: reference(words('Parent company', 'Muttergesellschaft', 'Mateřská společnost'), 'Account', {
      name: 'subsidiaries',
      label: words('Subsidiaries', 'Tochtergesellschaften', 'Dceřiné společnosti')
    }),
    ...address,
    description
  },
  layouts: {
    list: ['name', 'type', 'city', 'country', 'phone', 'assignedUser'],
    detail: [
      section.overview('name', 'type', 'industry', 'email', 'phone', 'website', 'assignedUser'),
      section.address(),
      section.details('parentAccount', 'vatNumber', 'employees', 'description')
    ]
  }
}

const contact: ModuleDefinition = {
  name: 'Contact',
  label: words('Contact', 'Kontakt', 'Kontakt'),
  plural: words('Contacts', 'Kontakte', 'Kontakty'),
  icon: 'contact',
  hasFeed: true,
  related: ['projects', 'cases', 'quotes', 'orders', 'contracts', 'invoices'],
  fields: {
    ...personName,
    title: jobTitle,
    category: choice(words('Category', 'Kategorie', 'Kategorie'), [
      ['Customer', words('Customer', 'Kunde', 'Zákazník')],
      ['Partner', words('Partner', 'Partner', 'Partner')],
      ['Supplier', words('Supplier', 'Lieferant', 'Dodavatel')],
      ['Other', words('Other', 'Sonstige', 'Ostatní')]
    ]),
    account: reference(accountLabel, 'Account', { name: 'contacts', label: words('Contacts', 'Kontakte', 'Kontakty') }),
    email,
    phone,
    mobile,
    fax,
    birthday: field('date', words('Birthday', 'Geburtstag', 'Datum narození')),
    interests: field('options', words('Interests', 'Interessen', 'Zájmy'), {
      options: [
        { value: 'Heating', label: words('Heating', 'Heizung', 'Vytápění') },
        { value: 'Cooling', label: words('Cooling', 'Kühlung', 'Chlazení') },
        { value: 'Ventilation', label: words('Ventilation', 'Lüftung', 'Větrání') },
        { value: 'Maintenance', label: words('Maintenance', 'Wartung', 'Údržba') }
      ]
    }),
    emailOptOut,
    approval,
    ...address,
    description
  },
  layouts: {
    list: ['name', 'account', 'title', 'email', 'phone', 'assignedUser'],
    detail: [
      section.overview(
        'firstName',
        'lastName',
        'account',
        'title',
        'category',
        'email',
        'phone',
        'mobile',
        'fax',
        'assignedUser'
      ),
      section.address(),
      section.details('birthday', 'interests', 'emailOptOut', 'approval', 'description')
    ]
  }
}

const lead: ModuleDefinition = {
  name: 'Lead',
  label: words('Lead', 'Lead', 'Zájemce'),
  plural: words('Leads', 'Leads', 'Zájemci'),
  icon: 'user-plus',
  hasFeed: true,
  fields: {
    ...personName,
    company: field('text', words('Company', 'Firma', 'Společnost'), {
      maxLength: 200,
      searchable: true,
      sortable: true
    }),
    title: jobTitle,
    email,
    phone,
    mobile,
    status: choice(
      statusLabel,
      [
        ['New', words('New', 'Neu', 'Nový'), 'info'],
        ['Assigned', words('Assigned', 'Zugewiesen', 'Přiřazený'), 'info'],
        ['InProcess', words('In process', 'In Bearbeitung', 'Rozpracovaný'), 'warn'],
        ['Converted', words('Converted', 'Umgewandelt', 'Převedený'), 'good'],
        ['Dead', words('Dead', 'Verloren', 'Ztracený'), 'bad']
      ],
      'New'
    ),
    source: choice(words('Source', 'Quelle', 'Zdroj'), [
      ['Web', words('Website', 'Webseite', 'Web')],
      ['Phone', words('Phone call', 'Anruf', 'Telefonát')],
      ['Fair', words('Trade fair', 'Messe', 'Veletrh')],
      ['Referral', words('Referral', 'Empfehlung', 'Doporučení')]
    ]),
    approval,
    convertedAt: field('datetime', words('Converted at', 'Umgewandelt am', 'Převedeno'), { readOnly: true }),
    convertedContact: reference(
      words('Became contact', 'Wurde Kontakt', 'Převedeno na kontakt'),
      'Contact',
      undefined,
      {
        readOnly: true
      }
    ),
    convertedAccount: reference(words('Became account', 'Wurde Firma', 'Převedeno na firmu'), 'Account', undefined, {
      readOnly: true
    }),
    ...address,
    description
  },
  layouts: {
    list: ['name', 'company', 'status', 'source', 'email', 'assignedUser'],
    detail: [
      section.overview(
        'firstName',
        'lastName',
        'company',
        'title',
        'status',
        'source',
        'email',
        'phone',
        'mobile',
        'assignedUser'
      ),
      section.address(),
      section.details('approval', 'description', 'convertedAt', 'convertedContact', 'convertedAccount')
    ]
  }
}

const vendor: ModuleDefinition = {
  name: 'Vendor',
  label: words('Vendor', 'Lieferant', 'Dodavatel'),
  plural: words('Vendors', 'Lieferanten', 'Dodavatelé'),
  icon: 'truck',
  hasFeed: true,
  fields: {
    name: naming(words('Name', 'Name', 'Název')),
    category: choice(words('Category', 'Kategorie', 'Kategorie'), [
      ['Parts', words('Parts', 'Teile', 'Díly')],
      ['Installation', words('Installation', 'Montage', 'Montáž')],
      ['Logistics', words('Logistics', 'Logistik', 'Logistika')]
    ]),
    contact: reference(contactLabel, 'Contact', {
      name: 'vendors',
      label: words('Vendors', 'Lieferanten', 'Dodavatelé')
    }),
    email,
    phone,
    website,
    ...address,
    description
  },
  layouts: {
    list: ['name', 'category', 'city', 'email', 'phone'],
    detail: [
      section.overview('name', 'category', 'contact', 'email', 'phone', 'website', 'assignedUser'),
      section.address(),
      section.details('description')
    ]
  }
}

export const relationModules: readonly ModuleDefinition[] = [account, contact, lead, vendor]
