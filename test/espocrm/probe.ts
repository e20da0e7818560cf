/** The entity type of the tests, `CPorticoProbe`, with a field of each type that EspoCRM lets an administrator make. It is made
 *  once, the way an administrator makes it, and stays: a later run finds it. */
import type { EspoClient } from './espo-client.js'

export const probe = 'CPorticoProbe'

type FieldSettings = Readonly<Record<string, unknown>> & {
  readonly name: string
  readonly type: string
  /** In characters. */
  readonly maxLength?: number
}

const options = (...values: readonly string[]): Pick<FieldSettings, 'options'> & Record<string, unknown> => ({
  options: values,
  translatedOptions: Object.fromEntries(values.map((value) => [value, value]))
})

const fields: readonly FieldSettings[] = [
  { name: 'name', type: 'varchar', required: true, maxLength: 60 },
  { name: 'place', type: 'varchar', maxLength: 80 },
  { name: 'stage', type: 'enum', ...options('New', 'Customer'), default: 'New', audited: true },
  { name: 'tags', type: 'multiEnum', ...options('Heating', 'Cooling', 'Air') },
  { name: 'words', type: 'array', allowCustomOptions: true },
  { name: 'steps', type: 'checklist', ...options('Asked', 'Offered', 'Paid') },
  { name: 'seats', type: 'int', min: 0, max: 1_000_000 },
  { name: 'rating', type: 'float', decimalPlaces: 3 },
  { name: 'turnover', type: 'currency' },
  { name: 'isNice', type: 'bool' },
  { name: 'founded', type: 'date' },
  { name: 'calledAt', type: 'datetime' },
  { name: 'story', type: 'wysiwyg' },
  { name: 'notes', type: 'text' },
  { name: 'links', type: 'urlMultiple' },
  { name: 'code', type: 'barcode' },
  { name: 'ticket', type: 'number', prefix: 'P-', padLength: 5, nextNumber: 1 },
  { name: 'serial', type: 'autoincrement' },
  { name: 'plan', type: 'file' },
  { name: 'picture', type: 'image' },
  { name: 'papers', type: 'attachmentMultiple' },
  { name: 'attachments', type: 'attachmentMultiple' },
  { name: 'site', type: 'address' },
  { name: 'industry', type: 'foreign', link: 'account', field: 'industry' },
  { name: 'accountMail', type: 'foreign', link: 'account', field: 'emailAddress' }
]

interface LinkSettings {
  readonly linkType: string
  readonly link: string
  readonly linkForeign: string
  readonly entityForeign: string
}
const links: readonly LinkSettings[] = [
  { linkType: 'manyToOne', link: 'account', linkForeign: 'probes', entityForeign: 'Account' },
  { linkType: 'oneToMany', link: 'people', linkForeign: 'probe', entityForeign: 'Contact' },
  { linkType: 'manyToMany', link: 'partners', linkForeign: 'partnerOf', entityForeign: 'Contact' }
]

/** Makes what is not there yet. */
export async function makeProbe(admin: EspoClient): Promise<void> {
  if (!(await definition(admin))) {
    await admin.post('EntityManager/action/createEntity', {
      name: 'PorticoProbe',
      type: 'Company',
      labelSingular: 'Portico Probe',
      labelPlural: 'Portico Probes',
      stream: true
    })
  }
  const known = (await definition(admin))!
  for (const link of links) if (!known.links[link.link]) await makeLink(admin, link)
  for (const field of fields) await makeField(admin, field, known.fields[field.name])
  await useCurrencies(admin)
}

interface Definition {
  readonly fields: Readonly<Record<string, { readonly maxLength?: number }>>
  readonly links: Readonly<Record<string, unknown>>
}

function definition(admin: EspoClient): Promise<Definition | undefined> {
  return admin.get<Definition | undefined>('Metadata', { key: `entityDefs.${probe}` })
}

async function makeLink(
  admin: EspoClient,
  { linkType, link, linkForeign, entityForeign }: LinkSettings
): Promise<void> {
  const isToMany = linkType === 'manyToMany'
  await admin.post('EntityManager/action/createLink', {
    entity: probe,
    link,
    linkForeign,
    linkType,
    entityForeign,
    label: link,
    labelForeign: linkForeign,
    linkMultipleField: isToMany,
    relationName: isToMany ? `porticoProbe${entityForeign}` : null
  })
}

/** A field that is there gets the length it should have. */
async function makeField(
  admin: EspoClient,
  field: FieldSettings,
  known: { readonly maxLength?: number } | undefined
): Promise<void> {
  if (!known) await admin.post(`Admin/fieldManager/${probe}`, { label: field.name, ...field })
  else if (field.maxLength && known.maxLength !== field.maxLength)
    await admin.put(`Admin/fieldManager/${probe}/${field.name}`, field)
}

/** The tests have money in two currencies. */
async function useCurrencies(admin: EspoClient): Promise<void> {
  const { currencyList } = await admin.get<{ currencyList: string[] }>('Settings')
  if (currencyList.includes('USD') && currencyList.includes('EUR')) return
  await admin.put('Settings', { currencyList: [...new Set([...currencyList, 'USD', 'EUR'])] })
}
