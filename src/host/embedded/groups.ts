/** The CRM's groups: a record may belong to one of them instead of to a person. Who is in a group is not the CRM's affair. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { forgetAnswers } from '../../db/within-request.js'
import { NotFound } from '../../errors.js'
import type { Catalog, Module } from '../catalog.js'
import { HostRefused, type HostGroup } from '../host.js'
import { allRows, exists } from './answers.js'
import { isDuplicate } from '../../db/collision.js'
import { inTransaction } from './transaction.js'

export interface Groups {
  /** By name. */
  list(): Promise<readonly HostGroup[]>
  /** `id` is for the seed. @throws HostRefused: a name that is missing, too long or taken. */
  create(name: string, id?: string): Promise<string>
  /** @throws HostRefused, NotFound */
  rename(id: string, name: string): Promise<void>
  /** The modules that have live records of the group, which keep it from being removed. */
  holders(id: string): Promise<readonly string[]>
  /** @throws HostRefused while records belong to it, NotFound */
  remove(id: string): Promise<void>
}

export interface GroupsOptions {
  readonly catalog: () => Promise<Catalog>
  /** The names of groups are part of the catalog: told within the transaction that changes one. */
  readonly changed: (trx: Knex) => Promise<void>
}

const longestName = 100

export function createGroups(db: Knex, { catalog, changed }: GroupsOptions): Groups {
  const save = async (write: (trx: Knex) => Promise<number>): Promise<void> => {
    try {
      await inTransaction(db, async (trx) => {
        if ((await write(trx)) === 0) throw new NotFound()
        await changed(trx)
      })
      forgetAnswers()
    } catch (error) {
      if (isDuplicate(error)) throw new HostRefused({ name: { key: 'errors.field.taken' } })
      throw error
    }
  }

  const modules = async (): Promise<readonly Module[]> => [...(await catalog()).modules.values()]

  return {
    list: () => groupsIn(db),
    async create(name, id = randomUUID()) {
      const columns = columnsFor(name)
      await save(async (trx) => {
        await trx('crm_group').insert({ ...columns, id })
        return 1
      })
      return id
    },
    rename: (id, name) => save((trx) => trx('crm_group').where({ id }).update(columnsFor(name))),
    holders: async (id) => holdersAmong(db, await modules(), id),
    async remove(id) {
      const known = await modules()
      await save(async (trx) => {
        await trx('crm_group').first('id').where({ id }).forUpdate()
        const held = await holdersAmong(trx, known, id)
        if (held.length > 0) throw new HostRefused({ name: { key: 'crm:groups.inUse' } })
        await release(trx, known, id)
        return trx('crm_group').where({ id }).delete()
      })
    }
  }
}

export function groupsIn(db: Knex): Promise<HostGroup[]> {
  return allRows<HostGroup>(db('crm_group').select('id', 'name').orderBy(['name', 'id']))
}

async function holdersAmong(db: Knex, modules: readonly Module[], id: string): Promise<string[]> {
  const found: string[] = []
  for (const module of modules)
    if (await exists(recordsOf(db, module, id).first('id').where({ deleted: 0 }))) found.push(module.name)
  return found
}

function recordsOf(db: Knex, { table, ownerGroups }: Module, id: string): Knex.QueryBuilder {
  return ownerGroups?.kind === 'column' ? db(table).where({ [ownerGroups.column]: id }) : db(table).whereRaw('1 = 0')
}

/** What lies in the recycle bin belongs to nobody then. */
async function release(db: Knex, modules: readonly Module[], id: string): Promise<void> {
  for (const module of modules)
    if (module.ownerGroups?.kind === 'column')
      await recordsOf(db, module, id).update({ [module.ownerGroups.column]: null })
}

/** @throws HostRefused */
function columnsFor(given: string): { name: string; name_key: string } {
  const name = given.trim()
  if (name === '') throw new HostRefused({ name: { key: 'errors.field.required' } })
  if (name.length > longestName)
    throw new HostRefused({ name: { key: 'errors.field.tooLong', args: { max: longestName } } })
  return { name, name_key: name.normalize('NFKC').toLowerCase() }
}
