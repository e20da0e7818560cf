/** What the CRM calls the records this module works with: projects, and the contacts who take part in them. */
import { lookUp, narrowRecords } from '../access/question.js'
import { compare } from '../access/condition.js'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import type { Catalog, Field, Module } from '../host/catalog.js'

export const projects = 'Project'
export const contacts = 'Contact'

/** Dates of a project's last day, and the time zone in which that day ends. */
export const endDate = 'endDate'
export const timeZone = 'timeZone'

/** The module of projects as this host has it; undefined where it can't say when a project ends: then nobody gets to one. */
export function projectModule(catalog: Catalog): Module | undefined {
  const module = catalog.modules.get(projects)
  const isDated = module?.fields.get(endDate)?.type === 'date' && module.fields.has(timeZone)
  return isDated ? module : undefined
}

/** What a project is called. @throws NotFound */
export async function projectTitle(context: Context, id: string): Promise<string> {
  const module = projectModule(await context.host.catalog('en'))
  const record = module && (await lookUp(context.kernel, projects, id, [module.title]))
  if (!record) throw new NotFound()
  return record.title
}

export interface Contact {
  readonly id: string
  readonly name: string
  /** '' while he has none. */
  readonly address: string
}

/** @throws NotFound */
export async function contactAt(context: Context, id: string): Promise<Contact> {
  const { module, address } = await contactModule(context)
  const record = await lookUp(context.kernel, contacts, id, [module.title, address.name])
  if (!record) throw new NotFound()
  return { id, name: record.title, address: String(record.values[address.name] ?? '').trim() }
}

/** Contacts with an address whose name or address has these words, at most `limit`. */
export async function contactsLike(context: Context, words: string, limit: number): Promise<Contact[]> {
  const { module, address } = await contactModule(context)
  const question = { module: contacts, when: compare(address.name, 'isNotEmpty'), fields: [module.title, address.name] }
  const found = await (
    await narrowRecords(context.kernel, question)
  ).list(contacts, { search: words, limit, fields: question.fields })
  return found.records.map((record) => ({
    id: record.id,
    name: record.title,
    address: String(record.values[address.name])
  }))
}

async function contactModule(context: Context): Promise<{ module: Module; address: Field }> {
  const module = (await context.host.catalog('en')).modules.get(contacts)
  const address = [...(module?.fields.values() ?? [])].find((field) => field.type === 'email')
  if (!module || !address) throw new NotFound()
  return { module, address }
}
