/** Files on their way into fields of EspoCRM's records: refused before EspoCRM is asked. */
import { expect } from 'chai'
import knex, { type Knex } from 'knex'
import type { Module } from '../../src/host/catalog.js'
import { fileAttributes } from '../../src/host/espocrm/placing.js'
import { HostRefused } from '../../src/host/host.js'
import { moduleIn, recordedCatalog } from './catalog-recorded.js'

describe('files for a field of a record in EspoCRM', () => {
  const catalog = recordedCatalog()
  const document = moduleIn(catalog, 'Document')
  let db: Knex

  before(async () => {
    db = knex({ client: 'better-sqlite3', connection: ':memory:', useNullAsDefault: true })
    await db.schema.createTable('user', (table) => ['id', 'user_name', 'type'].forEach((name) => table.string(name)))
    await db.schema.createTable('document', (table) =>
      ['id', 'file_id', 'deleted'].forEach((name) => table.string(name))
    )
    await db.schema.createTable('attachment', (table) => {
      for (const name of [
        'id',
        'name',
        'type',
        'role',
        'parent_type',
        'parent_id',
        'field',
        'related_id',
        'created_by_id'
      ])
        table.string(name)
      for (const name of ['deleted', 'is_being_uploaded']) table.integer(name).defaultTo(0)
    })
    await db('user').insert({ id: 'u-portico', user_name: 'portico', type: 'api' })
    await db('user').insert({ id: 'u-vera', user_name: 'vera', type: 'admin' })
    await db('document').insert({ id: 'd1', file_id: 'held', deleted: 0 })
    const plan = {
      name: 'Plan.PDF',
      type: 'application/pdf',
      role: 'Attachment',
      parent_type: 'Note',
      field: 'attachments'
    }
    const free = { ...plan, created_by_id: 'u-portico' }
    await db('attachment').insert({ ...free, id: 'free' })
    await db('attachment').insert({ ...free, id: 'script', name: 'run.exe', type: 'application/x-msdownload' })
    await db('attachment').insert({ ...free, id: 'held', related_id: 'd1' })
    await db('attachment').insert({ ...free, id: 'posted', parent_id: 'n1' })
    await db('attachment').insert({ ...free, id: 'half', is_being_uploaded: 1 })
    await db('attachment').insert({ ...plan, id: 'veras', created_by_id: 'u-vera' })
  })

  after(() => db.destroy())

  const told = (files: Readonly<Record<string, readonly string[]>>, id?: string, module: Module = document) =>
    fileAttributes(db, module, { ...(id && { id }), files })
  const refusal = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'taken',
      (error: unknown) => (error instanceof HostRefused ? Object.values(error.fields)[0]!.key : error)
    )

  it('T06 are told by EspoCRM’s name for the field', async () => {
    expect(await told({ file: ['free'] })).to.deep.equal({ fileId: 'free' })
    expect(await told({ attachments: ['free'] }, undefined, moduleIn(catalog, 'Task'))).to.deep.equal({
      attachmentsIds: ['free']
    })
    expect(await told({ file: ['held', 'held'] }, 'd1'), 'what is there already').to.deep.equal({ fileId: 'held' })
  })

  it('A14 are refused when they belong to somebody or something else, or are not whole', async () => {
    for (const id of ['posted', 'half', 'veras', 'nobody', 'held'])
      expect(await refusal(told({ file: [id] })), id).to.equal('errors.field.reference')
    expect(await refusal(told({ file: ['held'] }, 'd2'))).to.equal('errors.field.reference')
  })

  it('are refused where the field takes others, fewer, none or no nothing', async () => {
    expect(await refusal(told({ file: ['script'] }))).to.equal('errors.file.type')
    expect(await refusal(told({ file: ['free', 'held'] }, 'd1'))).to.equal('errors.field.tooMany')
    expect(await refusal(told({ file: [] }, 'd1'))).to.equal('errors.field.required')
    expect(await refusal(told({ name: ['free'] }))).to.equal('errors.field.unknown')
    expect(await refusal(told({ photo: ['free'] }, undefined, moduleIn(catalog, 'CMachine')))).to.equal(
      'errors.field.readOnly'
    )
  })
})
