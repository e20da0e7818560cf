/** What the CRM calls the records this module works with: projects, and the contacts who take part in them. */
import { lookUp, lookUpAll, narrowRecords } from '../access/question.js'
import type { ViewedRecord } from '../access/record.js'
import { always } from '../access/condition.js'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import type { Field, Locale, Module } from '../host/catalog.js'
import { projectWorld, type ProjectWorld } from './project-settings.js'

export const contacts = 'Contact'

/** @throws NotFound where the CRM has no projects, or can't say when one ends: then nobody gets to one. */
export async function projectsOf(context: Context, locale: Locale = 'en'): Promise<ProjectWorld> {
  const world = await projectWorld(context.db, await context.host.catalog(locale))
  if (!world) throw new NotFound()
  return world
}

/** Name of the module of projects. @throws NotFound */
export async function projectModuleName(context: Context): Promise<string> {
  return (await projectsOf(context)).module.name
}

/** What a project is called. @throws NotFound */
export async function projectTitle(context: Context, id: string): Promise<string> {
  const { module } = await projectsOf(context)
  const record = await lookUp(context.kernel, module.name, id, [module.title])
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
  return contactOf(record, address)
}

/** Contacts whose name or address has these words, at most `limit`. */
export async function contactsLike(context: Context, words: string, limit: number): Promise<Contact[]> {
  const { module, address } = await contactModule(context)
  const question = { module: contacts, when: always, fields: [module.title, address.name] }
  const found = await (
    await narrowRecords(context.kernel, question)
  ).list(contacts, { search: words, limit, fields: question.fields })
  return found.records.map((record) => contactOf(record, address))
}

/** Those of `ids` (at most 200) that there are. */
export async function contactsAt(context: Context, ids: readonly string[]): Promise<Contact[]> {
  const { module, address } = await contactModule(context)
  const found = await lookUpAll(context.kernel, contacts, ids, [module.title, address.name])
  return [...found.values()].map((record) => contactOf(record, address))
}

function contactOf({ id, title, values }: ViewedRecord, { name }: Field): Contact {
  return { id, name: title, address: String(values[name] ?? '').trim() }
}

/** The name of the field with a contact's address. @throws NotFound */
export async function contactFields(context: Context): Promise<{ address: string }> {
  return { address: (await contactModule(context)).address.name }
}

async function contactModule(context: Context): Promise<{ module: Module; address: Field }> {
  const module = (await context.host.catalog('en')).modules.get(contacts)
  const address = [...(module?.fields.values() ?? [])].find((field) => field.type === 'email')
  if (!module || !address) throw new NotFound()
  return { module, address }
}
