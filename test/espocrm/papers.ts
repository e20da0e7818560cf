/** Quotes, orders and contracts, made as an administrator makes entity types: EspoCRM brings none. They belong to projects, have the
 *  columns that the source names, and hold documents. They are made once and stay: a later run finds them. */
import type { EspoClient } from './espo-client.js'

type Made = Readonly<Record<string, unknown>> & { readonly name: string; readonly type: string }

const choice = (name: string, ...options: readonly string[]): Made => ({
  ...{ name, type: 'enum', options },
  translatedOptions: Object.fromEntries(options.map((option) => [option, option]))
})

/** By EspoCRM's name, before which it puts a C. */
const papers: Readonly<Record<string, readonly Made[]>> = {
  Quote: [
    { name: 'number', type: 'varchar', maxLength: 20 },
    { name: 'date', type: 'date' },
    { name: 'validUntil', type: 'date' },
    { name: 'amount', type: 'currency' },
    { name: 'recurringAmount', type: 'currency' },
    choice('type', 'Sale', 'Rent'),
    choice('status', 'Draft', 'Sent')
  ],
  Order: [
    { name: 'number', type: 'varchar', maxLength: 20 },
    { name: 'startDate', type: 'date' },
    { name: 'dueDate', type: 'date' },
    { name: 'amount', type: 'currency' },
    choice('progress', 'New', 'Done')
  ],
  Contract: [
    { name: 'number', type: 'varchar', maxLength: 20 },
    { name: 'concludedOn', type: 'date' },
    { name: 'oneTimeAmount', type: 'currency' },
    { name: 'recurringAmount', type: 'currency' },
    choice('type', 'Service', 'Rent'),
    { name: 'cancelledOn', type: 'date' },
    { name: 'dueDate', type: 'date' }
  ]
}

export const paperTypes = Object.keys(papers).map((name) => `C${name}`)

/** Makes what is not there yet. */
export async function makePapers(admin: EspoClient): Promise<void> {
  for (const [name, fields] of Object.entries(papers)) await makePaper(admin, name, fields)
  await letHoldDocuments(admin)
}

async function makePaper(admin: EspoClient, name: string, fields: readonly Made[]): Promise<void> {
  const labels = { labelSingular: name, labelPlural: `${name}s` }
  if (!(await definition(admin, `C${name}`)))
    await admin.post('EntityManager/action/createEntity', { name, type: 'Base', ...labels })
  const known = (await definition(admin, `C${name}`))!
  const foreign = `${name.toLowerCase()}s`
  if (!known.links['project']) await makeLink(admin, `C${name}`, 'project', 'PorticoProject', foreign)
  if (!known.links['contact']) await makeLink(admin, `C${name}`, 'contact', 'Contact', foreign)
  for (const field of fields)
    if (!known.fields[field.name]) await admin.post(`Admin/fieldManager/C${name}`, { label: field.name, ...field })
}

interface Definition {
  readonly fields: Readonly<Record<string, unknown>>
  readonly links: Readonly<Record<string, unknown>>
}

function definition(admin: EspoClient, name: string): Promise<Definition | undefined> {
  return admin.get<Definition | undefined>('Metadata', { key: `entityDefs.${name}` })
}

async function makeLink(
  admin: EspoClient,
  entity: string,
  link: string,
  entityForeign: string,
  linkForeign: string
): Promise<void> {
  await admin.post('EntityManager/action/createLink', {
    ...{ entity, link, entityForeign, linkForeign, linkType: 'manyToOne' },
    ...{ label: link, labelForeign: linkForeign, linkMultipleField: false, relationName: null }
  })
}

/** The list of what a document may belong to is the administrator's. */
async function letHoldDocuments(admin: EspoClient): Promise<void> {
  const parent = await admin.get<{ entityList: string[] }>('Metadata', {
    key: 'entityDefs.Document.fields.porticoParent'
  })
  const missing = paperTypes.filter((name) => !parent.entityList.includes(name))
  if (missing.length === 0) return
  const entityList = [...parent.entityList, ...missing]
  await admin.put('Admin/fieldManager/Document/porticoParent', { type: 'linkParent', label: 'Belongs To', entityList })
}
