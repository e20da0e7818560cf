/** Short ways to write down the fields that many of the embedded CRM's modules have in common. */
import type { Scalar, Tone } from '../../catalog.js'
import type { FieldDefinition, ModuleDefinition, Words } from '../definition.js'

type More = Omit<FieldDefinition, 'label' | 'type'>

export function words(en: string, de: string, cs: string): Words {
  return { en, de, cs }
}

export function field(type: FieldDefinition['type'], label: Words, more: More = {}): FieldDefinition {
  return { label, type, ...more }
}

/** A text that names its record: required, searched and sorted by. */
export function naming(label: Words): FieldDefinition {
  return field('text', label, { required: true, maxLength: 200, searchable: true, sortable: true })
}

export function autoNumber(prefix: string): FieldDefinition {
  return field('autoNumber', words('Number', 'Nummer', 'Číslo'), {
    prefix,
    readOnly: true,
    searchable: true,
    sortable: true
  })
}

export function reference(
  label: Words,
  to: string,
  back?: { name: string; label: Words },
  more: More = {}
): FieldDefinition {
  return field('reference', label, { to, ...(back && { back }), ...more })
}

export function choice(
  label: Words,
  options: readonly [string, Words, Tone?][],
  initial: Scalar = null
): FieldDefinition {
  const listed = options.map(([value, text, tone]) => ({ value, label: text, ...(tone && { tone }) }))
  return field('option', label, { options: listed, default: initial, ...(initial !== null && { required: true }) })
}

export function money(label: Words, more: More = {}): FieldDefinition {
  return field('money', label, { decimals: 2, ...more })
}

export const email = field('email', words('E-mail', 'E-Mail', 'E-mail'), { maxLength: 254, searchable: true })
export const phone = field('phone', words('Phone', 'Telefon', 'Telefon'), { maxLength: 40 })
export const mobile = field('phone', words('Mobile', 'Mobil', 'Mobil'), { maxLength: 40 })
export const fax = field('phone', words('Fax', 'Fax', 'Fax'), { maxLength: 40 })
export const website = field('url', words('Website', 'Webseite', 'Web'), { maxLength: 200 })
export const description = field('longText', words('Description', 'Beschreibung', 'Popis'))

export const address = {
  street: field('text', words('Street', 'Straße', 'Ulice'), { maxLength: 200 }),
  postalCode: field('text', words('Postal code', 'Postleitzahl', 'PSČ'), { maxLength: 20 }),
  city: field('text', words('City', 'Ort', 'Město'), { maxLength: 100, searchable: true }),
  country: field('text', words('Country', 'Land', 'Země'), { maxLength: 100 })
}

export const personName = {
  name: field('personName', words('Name', 'Name', 'Jméno'), {
    parts: ['firstName', 'lastName'],
    searchable: true,
    sortable: true
  }),
  firstName: field('text', words('First name', 'Vorname', 'Jméno'), { maxLength: 100, searchable: true }),
  lastName: field('text', words('Last name', 'Nachname', 'Příjmení'), {
    required: true,
    maxLength: 100,
    searchable: true
  })
}

export const statusLabel = words('Status', 'Status', 'Stav')
export const typeLabel = words('Type', 'Art', 'Typ')
export const accountLabel = words('Account', 'Firma', 'Firma')
export const contactLabel = words('Contact', 'Kontakt', 'Kontakt')
export const projectLabel = words('Project', 'Projekt', 'Projekt')

type Section = ModuleDefinition['layouts']['detail'][number]

const sectionOf =
  (label: Words) =>
  (...fields: string[]): Section => ({ label, fields })

/** The sections that most records' pages have. */
export const section = {
  overview: sectionOf(words('Overview', 'Überblick', 'Přehled')),
  relations: sectionOf(words('Belongs to', 'Gehört zu', 'Patří k')),
  address: (): Section => sectionOf(words('Address', 'Anschrift', 'Adresa'))(...Object.keys(address)),
  details: sectionOf(words('Details', 'Einzelheiten', 'Podrobnosti'))
}
