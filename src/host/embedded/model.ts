/** The model: the CRM's modules as they are now, the shipped ones and what administrators added, shared by all processes on one database. */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import type { Catalog, Locale, Module } from '../catalog.js'
import { HostRefused, type HostGroup } from '../host.js'
import { forgetAnswers, oncePerRequest } from '../../db/within-request.js'
import { NotFound } from '../../errors.js'
import { allRows } from './answers.js'
import { makeCatalog } from './catalog.js'
import type { CustomDefinition } from './crm.js'
import type { FieldDefinition, ModuleDefinition } from './definition.js'
import { groupsIn } from './groups.js'
import { prepareModules } from './schema.js'
import { readSetting, writeSetting } from './settings.js'
import { userModule } from './standard-fields.js'
import { inTransaction } from './transaction.js'

export interface Model {
  readonly stamp: string
  readonly definitions: readonly ModuleDefinition[]
  readonly groups: readonly HostGroup[]
  catalog(locale: Locale): Catalog
  /** A module with its definition. @throws NotFound */
  module(name: string): { readonly module: Module; readonly definition: ModuleDefinition }
}

export interface ModelSource {
  /** As the database has it now. */
  current(): Promise<Model>
  /** As last read. */
  readonly known: Model
  define(custom: CustomDefinition): Promise<void>
  /** Within the transaction that changes what the model is made of. */
  changed(trx: Knex): Promise<void>
}

const revisionName = 'definitions.revision'

/** Reads what administrators added, and makes the tables. */
export async function openModel(db: Knex, shipped: readonly ModuleDefinition[]): Promise<ModelSource> {
  let revision = await revisionOf(db)
  let known = await load(db, shipped)
  await prepareModules(db, known.catalog('en'))

  const revisionNow = {}
  const current = async (): Promise<Model> => {
    const now = await oncePerRequest(revisionNow, () => revisionOf(db))
    if (now === revision) return known
    known = await load(db, shipped)
    revision = now
    return known
  }

  return {
    current,
    get known() {
      return known
    },
    async define(custom) {
      mustBeDefinable(await current(), custom)
      const { definitions, groups } = known
      await prepareModules(db, makeModel(extend(definitions, custom), groups).catalog('en'))
      await keep(db, custom)
      forgetAnswers()
      await current()
    },
    changed: raiseRevision
  }
}

async function revisionOf(db: Knex): Promise<number> {
  return (await readSetting<number>(db, revisionName)) ?? 0
}

async function load(db: Knex, shipped: readonly ModuleDefinition[]): Promise<Model> {
  const rows = await allRows<{ definition: string }>(db('crm_definition').select('definition').orderBy('position'))
  const customs = rows.map((row) => JSON.parse(row.definition) as CustomDefinition)
  return makeModel(customs.reduce(extend, shipped), await groupsIn(db))
}

function keep(db: Knex, custom: CustomDefinition): Promise<void> {
  return inTransaction(db, async (trx) => {
    await trx('crm_definition').insert({ definition: JSON.stringify(custom) })
    await raiseRevision(trx)
  })
}

async function raiseRevision(trx: Knex): Promise<void> {
  await writeSetting(trx, revisionName, (await revisionOf(trx)) + 1)
}

function makeModel(definitions: readonly ModuleDefinition[], groups: readonly HostGroup[]): Model {
  const stamp = createHash('sha256')
    .update(JSON.stringify([definitions, groups]))
    .digest('hex')
    .slice(0, 16)
  const catalogs = new Map<Locale, Catalog>()
  const catalog = (locale: Locale): Catalog => {
    const known = catalogs.get(locale) ?? makeCatalog(definitions, stamp, locale, groups)
    catalogs.set(locale, known)
    return known
  }
  const byName = new Map([...definitions, userModule].map((definition) => [definition.name, definition]))
  return {
    stamp,
    definitions,
    groups,
    catalog,
    module(name) {
      const definition = byName.get(name)
      const module = catalog('en').modules.get(name)
      if (!definition || !module) throw new NotFound()
      return { module, definition }
    }
  }
}

/** The definitions with a module more, or with more fields in one of them, shown in its last section. */
function extend(definitions: readonly ModuleDefinition[], custom: CustomDefinition): readonly ModuleDefinition[] {
  if (custom.kind === 'module') return [...definitions, custom.definition]
  return definitions.map((known) => (known.name === custom.module ? withFields(known, custom.fields) : known))
}

function withFields(known: ModuleDefinition, fields: Readonly<Record<string, FieldDefinition>>): ModuleDefinition {
  const sections = known.layouts.detail.map((section, index, all) =>
    index === all.length - 1 ? { ...section, fields: [...section.fields, ...Object.keys(fields)] } : section
  )
  return { ...known, fields: { ...known.fields, ...fields }, layouts: { ...known.layouts, detail: sections } }
}

/** @throws HostRefused for a name that can't be one or is taken, and NotFound for a module that is not there. */
function mustBeDefinable(model: Model, custom: CustomDefinition): void {
  if (custom.kind === 'module') {
    const { name } = custom.definition
    mustBeFree('name', name, /^[A-Z][A-Za-z0-9]{0,40}$/, (taken) => model.catalog('en').modules.has(taken))
    for (const field of Object.keys(custom.definition.fields)) mustBeFree(field, field, fieldName, () => false)
    return
  }
  const { module } = model.module(custom.module)
  for (const field of Object.keys(custom.fields))
    mustBeFree(field, field, fieldName, (taken) => module.fields.has(taken) || module.links.has(taken))
}

const fieldName = /^[a-z][A-Za-z0-9]{0,40}$/

function mustBeFree(field: string, name: string, form: RegExp, isTaken: (name: string) => boolean): void {
  if (!form.test(name)) throw new HostRefused({ [field]: { key: 'errors.field.name' } })
  if (isTaken(name)) throw new HostRefused({ [field]: { key: 'errors.field.taken' } })
}
