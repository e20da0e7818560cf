/** EspoCRM as the feed and the files see it: its real columns in a test database, and a server that answers as 9.1.7 does. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Knex } from 'knex'
import { pino } from 'pino'
import type { Catalog, ColumnIs, Field, FieldType, Module } from '../../src/host/catalog.js'
import type { Espo } from '../../src/host/espocrm/espo.js'
import type { Authors } from '../../src/host/espocrm/authors.js'
import { createRest } from '../../src/host/espocrm/rest.js'

export const siteUrl = 'https://crm.example.test'

/** Tables with those of EspoCRM's columns that notes and files have to do with. */
async function createTables(db: Knex): Promise<void> {
  await db.schema.createTable('note', (table) => {
    table.bigIncrements('number')
    table.string('id', 17).unique()
    table.boolean('deleted').defaultTo(0)
    table.text('post', 'mediumtext')
    table.text('data', 'mediumtext')
    table.string('type', 24).defaultTo('Post')
    table.string('target_type', 7)
    for (const flag of ['is_global', 'is_internal', 'is_pinned']) table.boolean(flag).notNullable().defaultTo(0)
    table.dateTime('created_at')
    for (const end of ['parent', 'related', 'super_parent']) {
      table.string(`${end}_id`, 17)
      table.string(`${end}_type`, 100)
    }
    table.string('created_by_id', 17)
  })
  await db.schema.createTable('attachment', (table) => {
    table.string('id', 17).primary()
    table.string('name', 255)
    table.boolean('deleted').defaultTo(0)
    table.string('type', 100)
    table.bigInteger('size')
    table.string('field', 255)
    table.boolean('is_being_uploaded').notNullable().defaultTo(0)
    table.dateTime('created_at')
    table.string('role', 36)
    for (const end of ['parent', 'related']) {
      table.string(`${end}_id`, 17)
      table.string(`${end}_type`, 100)
    }
    table.string('created_by_id', 17)
  })
  await db.schema.createTable('user', (table) => {
    table.string('id', 17).primary()
    table.boolean('deleted').defaultTo(0)
    table.string('user_name', 50)
    table.string('type', 24).defaultTo('regular')
    table.string('first_name', 100)
    table.string('last_name', 100)
    table.string('avatar_id', 17)
  })
  for (const name of ['case', 'contact', 'task', 'document'])
    await db.schema.createTable(name, (table) => {
      table.string('id', 17).primary()
      table.boolean('deleted').defaultTo(0)
      table.string('file_id', 17)
    })
}

/** The people of these tests. */
export const people = {
  alice: { id: 'alice', type: 'regular', user_name: 'alice', first_name: 'Alice', last_name: 'Adams' },
  admin: { id: 'admin', type: 'admin', user_name: 'admin', last_name: 'Admin' },
  gone: { id: 'gone', type: 'regular', user_name: 'gone', first_name: 'Greta', last_name: 'Gone', deleted: 1 },
  anna: { id: 'anna', type: 'portal', user_name: 'portico.anna-1', first_name: 'Anna', last_name: 'Nováková' },
  paul: { id: 'paul', type: 'portal', user_name: 'paul', first_name: 'Paul', last_name: 'Portal' },
  portico: { id: 'portico-user', type: 'api', user_name: 'portico' },
  importer: { id: 'importer', type: 'api', user_name: 'importer' },
  system: { id: 'system', type: 'system', user_name: 'system', last_name: 'System' }
} as const

interface Call {
  readonly call: string
  readonly actor: string | undefined
  readonly body: unknown
}

export interface World {
  readonly espo: Espo
  readonly authors: Authors
  /** What the server was asked to write, oldest first. */
  readonly calls: Call[]
  /** What the server answers instead, by `METHOD path`. */
  readonly answers: Map<string, { status: number; reason: string }>
  /** The status it answers a call with instead, if any. */
  refuse: (call: string) => number | undefined
  /** The contents of attachments by id. */
  readonly contents: Map<string, Buffer>
  note(row: Readonly<Record<string, unknown>>): Promise<string>
  attachment(row: Readonly<Record<string, unknown>>): Promise<string>
  close(): Promise<void>
}

export async function openWorld(db: Knex): Promise<World> {
  await createTables(db)
  for (const person of Object.values(people)) await db('user').insert(person)
  for (const table of ['case', 'contact', 'task', 'document'])
    await db(table).insert([
      { id: 'r1', deleted: 0 },
      { id: 'r2', deleted: 0 },
      { id: 'removed', deleted: 1 }
    ])
  const asked: Asked = { db, calls: [], answers: new Map(), contents: new Map(), refuse: () => undefined }
  const server = createServer((req, res) => {
    void answerTo(req, asked).then(({ status, reason, content }) => {
      const type = status === 200 || !isByAction(req) ? 'application/json' : 'text/html; charset=UTF-8'
      res.writeHead(status, { 'Content-Type': type, ...(status !== 200 && { 'X-Status-Reason': reason }) })
      res.end(content)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const insert =
    (table: string, usual: Readonly<Record<string, unknown>>) => async (row: Readonly<Record<string, unknown>>) => {
      const id = newId()
      await db(table).insert({ id, ...usual, ...row })
      return String(row['id'] ?? id)
    }
  return Object.assign(asked, {
    espo: espoOn(db, `http://127.0.0.1:${port}`),
    authors: authorsOf(db),
    note: insert('note', {
      parent_type: 'Case',
      parent_id: 'r1',
      created_by_id: 'alice',
      created_at: '2026-05-04 08:30:00'
    }),
    attachment: insert('attachment', {
      ...{ name: 'plan.txt', type: 'text/plain', size: 4, role: 'Attachment', created_at: '2026-05-04 08:30:00' },
      ...{ parent_type: 'Note', field: 'attachments', created_by_id: people.portico.id }
    }),
    close: () => new Promise<void>((resolve) => void server.close(() => resolve()))
  })
}

function espoOn(db: Knex, url: string): Espo {
  return {
    db,
    rest: createRest({ url: () => Promise.resolve(url), apiKey: () => Promise.resolve('key') }),
    settings: () =>
      Promise.resolve({ isOn: true, switches: {}, siteUrl, serviceUrl: '/crm-portal', secret: '', apiKey: 'key' }),
    catalog: () => Promise.resolve(catalog),
    log: pino({ level: 'silent' }),
    now: () => 0
  }
}

function authorsOf(db: Knex): Authors {
  return {
    idOf: (by) => Promise.resolve(by.kind === 'outside' ? people.anna.id : by.kind === 'staff' ? by.id : undefined),
    async outsideOf(userIds) {
      const rows = (await db('user')
        .select('id', 'user_name')
        .whereIn('id', [...userIds])) as {
        id: string
        user_name: string
      }[]
      const ours = rows.filter(({ user_name }) => user_name.startsWith('portico.'))
      return new Map(ours.map(({ id, user_name }) => [id, user_name.slice('portico.'.length)]))
    }
  }
}

let count = 0

/** Seventeen letters and digits, as EspoCRM's. */
function newId(): string {
  return createHash('sha256').update(String(count++)).digest('hex').slice(0, 17)
}

/** Refusals of routes that EspoCRM and extensions make of actions come as a page; those of its controllers as JSON. */
function isByAction({ url = '' }: IncomingMessage): boolean {
  return /\/(Attachment\/(file|chunk)|Portico)\//.test(url)
}

interface Answer {
  readonly status: number
  readonly reason: string
  readonly content: string | Buffer
}

type Asked = Pick<World, 'calls' | 'answers' | 'contents' | 'refuse'> & { readonly db: Knex }

async function answerTo(req: IncomingMessage, asked: Asked): Promise<Answer> {
  const { db, calls, answers, contents } = asked
  const path = (req.url ?? '').replace('/api/v1/', '')
  const call = `${req.method} ${path}`
  const sent = await text(req)
  const body = (sent === '' ? undefined : JSON.parse(sent)) as Body & string
  if (req.method !== 'GET') calls.push({ call, actor: req.headers['x-portico-actor'] as string | undefined, body })
  const status = asked.refuse(call)
  const told = status === undefined ? answers.get(call) : { status, reason: '' }
  if (told) return { ...told, content: '' }
  const [, verb, id = ''] = /^(\w+ [A-Za-z]+(?:\/(?:chunk|file|note)(?=\/))?)(?:\/(.+))?$/.exec(call) ?? []
  switch (verb) {
    case 'POST Attachment':
      return json(await makeAttachment(db, contents, body))
    case 'POST Attachment/chunk':
      contents.set(
        id,
        Buffer.concat([contents.get(id) ?? Buffer.alloc(0), Buffer.from(body.split(';base64,')[1]!, 'base64')])
      )
      await db('attachment')
        .where({ id, size: contents.get(id)!.length })
        .update({ is_being_uploaded: 0 })
      return json(true)
    case 'GET Attachment/file':
      return { status: contents.has(id) ? 200 : 404, reason: '', content: contents.get(id) ?? '' }
    case 'DELETE Attachment':
      contents.delete(id)
      return json((await db('attachment').where({ id }).update({ deleted: 1 })) === 1)
    case 'POST Note':
      return json(await makeNote(db, body, req.headers['x-portico-actor']))
    case 'PUT Portico/note':
      return json((await db('note').where({ id }).update({ post: body.post })) === 1)
    case 'DELETE Portico/note':
      return json((await db('note').where({ id }).update({ deleted: 1 })) === 1)
    default:
      return { status: 404, reason: `no route ${call}`, content: '' }
  }
}

function json(value: unknown): Answer {
  return { status: 200, reason: '', content: JSON.stringify(value) }
}

interface Body {
  readonly name: string
  readonly type: string
  readonly role: string
  readonly parentType: string
  readonly parentId: string
  readonly field: string
  readonly size?: number
  readonly isBeingUploaded?: boolean
  readonly file: string
  readonly post: string
  readonly isInternal: boolean
  readonly attachmentsIds: readonly string[]
}

/** EspoCRM trims names, and counts the bytes it got. */
async function makeAttachment(db: Knex, contents: Map<string, Buffer>, body: Body): Promise<unknown> {
  const { name, type, role, parentType, isBeingUploaded = false } = body
  const id = newId()
  if (!isBeingUploaded) contents.set(id, Buffer.from(body.file.split(',')[1]!, 'base64'))
  const size = isBeingUploaded ? body.size! : contents.get(id)!.length
  const row = { id, name: name.trim(), type, size }
  await db('attachment').insert({
    ...{ ...row, role, field: body.field, parent_type: parentType, created_by_id: people.portico.id },
    is_being_uploaded: Number(isBeingUploaded)
  })
  return { ...row, deleted: false, parentName: null }
}

async function makeNote(db: Knex, body: Body, actor: string | string[] = people.portico.id): Promise<unknown> {
  const id = newId()
  await db('note').insert({
    ...{ id, type: 'Post', post: body.post === '' ? null : body.post, is_internal: Number(body.isInternal) },
    ...{
      parent_type: body.parentType,
      parent_id: body.parentId,
      created_by_id: actor,
      created_at: '2026-05-04 09:00:00'
    }
  })
  await db('attachment').whereIn('id', body.attachmentsIds).update({ parent_id: id })
  return { id }
}

function field(name: string, label: string, type: FieldType, options: Field['options'] = []): [string, Field] {
  return [
    name,
    {
      ...{ name, label, type, options, storage: { kind: 'column', column: name }, required: false, readOnly: false },
      ...{ maxLength: undefined, min: undefined, max: undefined, decimals: undefined, link: undefined, default: null },
      ...{ searchable: false, sortable: false }
    }
  ]
}

function files(name: string, { where, ...place }: { key: string; near?: string; where: ColumnIs[] }): [string, Field] {
  const columns = { id: 'id', name: 'name', type: 'type', size: 'size' }
  const storage: Field['storage'] = {
    ...{ kind: 'files', from: 'attachment', columns, ...place },
    ...{ where: [...where, { column: 'deleted', is: 0 }], order: 'created_at' }
  }
  return [name, { ...field(name, name, 'files')[1], storage }]
}

function module(name: string, hasFeed: boolean, ...fields: [string, Field][]): [string, Module] {
  return [
    name,
    {
      ...{ name, label: name, labelPlural: `${name}s`, icon: '', table: name.toLowerCase(), hasFeed },
      ...{ live: { column: 'deleted', is: 0 }, title: 'name', owner: undefined, createdAt: '', modifiedAt: '' },
      ...{ fields: new Map(fields), links: new Map(), layouts: [], outside: [], partOf: undefined }
    }
  ]
}

const statuses: Field['options'] = [
  { value: 'New', label: 'New', tone: 'info' },
  { value: 'InProgress', label: 'In Progress', tone: 'info' }
]

const catalog: Catalog = {
  stamp: '1',
  modules: new Map([
    module(
      'Case',
      true,
      field('status', 'Status', 'option', statuses),
      field('priority', 'Priority', 'option'),
      files('attachments', {
        key: 'parent_id',
        where: [
          { column: 'parent_type', is: 'Case' },
          { column: 'field', is: 'attachments' }
        ]
      }),
      field('description', 'Description', 'longText')
    ),
    module('Contact', true),
    module('Task', false),
    module('Document', true, files('file', { key: 'id', near: 'file_id', where: [] })),
    module('KnowledgeBaseArticle', true, field('body', 'Body', 'richText')),
    module(
      'User',
      false,
      [
        'name',
        {
          ...field('name', 'Name', 'text')[1],
          storage: { kind: 'joined', columns: ['first_name', 'last_name'], order: 'last_name' }
        }
      ],
      files('avatar', { key: 'id', near: 'avatar_id', where: [] })
    )
  ])
}
