/** Writes: each is decided on the row as it is and as it will be, before anything happens (A15); then the host's own door writes. */
import type { Field, Module } from '../host/catalog.js'
import { HostRefused, type FieldValue } from '../host/host.js'
import { Forbidden, Invalid, NotFound } from '../errors.js'
import { noteAuthor } from './authorship.js'
import { judgeChanged, judgeNew, pendingOwner } from './candidate.js'
import { column, table } from './columns.js'
import { isMoment, valueKind } from './comparison.js'
import { predicate, type Candidate, type PendingOwner } from './compile.js'
import { ID, oneOf } from './condition.js'
import { changedIn, noteDoing, writtenValue } from './doings.js'
import { enter, isId, subjectOf, type Entered } from './entered.js'
import { isWritable, takesFiles } from './field-kinds.js'
import { and, isFalse, rowsOf, sql, type Fragment } from './fragment.js'
import type { Grant } from './grant.js'
import { grantsFor, visible } from './projection.js'
import { find } from './reading.js'
import type { NewRecord, WrittenFiles } from './record.js'
import { released } from './released.js'
import type { Viewer } from './viewer.js'

/** A write that was judged; it only has to be done. */
export interface Ready {
  /** The row that it will make, for line items that will be part of it. */
  readonly pending?: PendingOwner
  /** `ownerId`: of the record that was made meanwhile, for a line item of it. */
  run(ownerId?: string): Promise<string>
}

export async function create(viewer: Viewer, name: string, record: NewRecord): Promise<string> {
  return (await readyToCreate(viewer, name, record)).run()
}

/** Judges a new record; a line item may be part of one that is only `pending` itself. */
export async function readyToCreate(
  viewer: Viewer,
  name: string,
  record: NewRecord,
  owner?: PendingOwner
): Promise<Ready> {
  const entered = await enter(viewer, name, 'create')
  mustWrite(viewer)
  const links = record.links ?? {}
  const values = await withOwner(entered, { ...record.values, ...record.fill })
  mustBeOfTheirType(entered.module, values)
  await referencesMustBeVisible(entered, record.values)
  await linkedMustBeVisible(entered, links)
  mustBeFiles(record.files)
  const candidate: Candidate = { isNew: true, authorId: viewer.person.id, links, ...(owner ? { owner } : {}) }
  const grants = grantsFor(entered.policy, 'create')
  const statement = judgeNew(entered, grants, values, candidate)
  mustCover(entered.module, await matching(entered, statement, grants), record)
  return {
    pending: pendingOwner(entered, values, candidate),
    async run(ownerId) {
      const part = ownerId === undefined ? {} : ownerValue(entered.module, ownerId)
      const made = { module: name, values: { ...values, ...part }, links: record.links, files: record.files }
      const id = await refusedByField(viewer.kernel.host.save(made, viewer.actor))
      await noteAuthor(viewer.kernel.db, name, id, viewer.person.id)
      await noteDoing(viewer, { kind: 'created', module: name, recordId: id })
      return id
    }
  }
}

/** Whether he may create a record there that Portico fills in like this, whatever else is in it. */
export async function mayCreate(viewer: Viewer, name: string, fill: NonNullable<NewRecord['fill']>): Promise<boolean> {
  try {
    await readyToCreate(viewer, name, { values: {}, fill })
    return true
  } catch (error) {
    if (error instanceof Forbidden || error instanceof NotFound) return false
    throw error
  }
}

/** The lookup by which a line item is part of its record. */
function ownerValue(module: Module, id: string): Record<string, FieldValue> {
  const field = [...module.fields.values()].find(
    ({ type, link }) => type === 'reference' && link === module.partOf?.link
  )
  return field ? { [field.name]: id } : {}
}

/** What somebody from outside creates belongs to the staff member who invited him (Z26), or to nobody once that one is gone or
 *  works there no longer: a CRM may refuse to give records to one who is not active. */
async function withOwner(
  { module, viewer: { kernel, person } }: Entered,
  values: Readonly<Record<string, FieldValue>>
): Promise<Readonly<Record<string, FieldValue>>> {
  if (!module.owner) return values
  const inviter = await kernel.host.staffById(person.invitedBy)
  return inviter?.isActive ? { ...values, [module.owner]: inviter.id } : values
}

/** What a change writes. */
interface Changes {
  readonly values: Readonly<Record<string, FieldValue>>
  readonly files?: WrittenFiles | undefined
}

export async function change(viewer: Viewer, name: string, id: string, changes: Changes): Promise<void> {
  await (await readyToChange(viewer, name, id, changes)).run()
}

export async function readyToChange(viewer: Viewer, name: string, id: string, changes: Changes): Promise<Ready> {
  const { values, files } = changes
  const entered = await enter(viewer, name, 'open')
  const before = await find(entered, id)
  mustWrite(viewer)
  if (!before.may.has('edit')) throw new Forbidden()
  mustBeWritable(entered.module, before.writable, changes)
  mustBeOfTheirType(entered.module, values)
  await referencesMustBeVisible(entered, values)
  mustBeFiles(files)
  const grants = grantsFor(entered.policy, 'edit')
  const candidate: Candidate = { isNew: false, id, authorId: viewer.person.id, links: {} }
  const statement = judgeChanged(entered, grants, { id, values }, candidate)
  mustCover(entered.module, await matching(entered, statement, grants), changes)
  const fields = [...changedIn(before, values), ...Object.keys(files ?? {})]
  return {
    async run() {
      await refusedByField(viewer.kernel.host.save({ module: name, id, values, files }, viewer.actor))
      if (fields.length > 0) await noteDoing(viewer, { kind: 'changed', module: name, recordId: id, fields })
      return id
    }
  }
}

export async function remove(viewer: Viewer, name: string, id: string): Promise<void> {
  await (await readyToRemove(viewer, name, id)).run()
}

export async function readyToRemove(viewer: Viewer, name: string, id: string): Promise<Ready> {
  const record = await find(await enter(viewer, name, 'open'), id)
  mustWrite(viewer)
  if (!record.may.has('delete')) throw new Forbidden()
  return {
    async run() {
      await refusedByField(viewer.kernel.host.remove(name, id, viewer.actor))
      await noteDoing(viewer, { kind: 'removed', module: name, recordId: id })
      return id
    }
  }
}

export async function cloneOf(viewer: Viewer, name: string, id: string): Promise<Readonly<Record<string, FieldValue>>> {
  const entered = await enter(viewer, name, 'open')
  const record = await find(entered, id)
  if (!record.may.has('clone')) throw new Forbidden()
  const creatable = new Set(released(entered.module, entered.policy).creatable)
  const values: Record<string, FieldValue> = {}
  for (const [field, value] of Object.entries(record.values)) {
    if (creatable.has(field) && isWritable(entered.module.fields.get(field))) values[field] = writtenValue(value)
  }
  return values
}

export async function setLink(
  viewer: Viewer,
  ends: { name: string; id: string; link: string; other: string },
  present: boolean
): Promise<void> {
  const entered = await enter(viewer, ends.name, 'open')
  const near = await find(entered, ends.id)
  const link = entered.module.links.get(ends.link)
  if (!link || link.cardinality !== 'many') throw new NotFound()
  const far = await find(await enter(viewer, link.to, 'open'), ends.other)
  mustWrite(viewer)
  if (!near.may.has('edit') || !far.may.has('edit')) throw new Forbidden()
  await refusedByField(
    viewer.kernel.host.link(
      { module: ends.name, id: ends.id, link: ends.link, other: ends.other, present },
      viewer.actor
    )
  )
}

/** Which of `grants` match the row as it will be; none where it breaks a restriction. */
async function matching(entered: Entered, statement: Fragment, grants: readonly Grant[]): Promise<Grant[]> {
  const [row] = await rowsOf(entered.viewer.kernel.db, statement)
  if (Number(row?.['ok'] ?? 0) !== 1) return []
  return grants.filter((_, index) => Number(row?.[`g${index}`]) === 1)
}

function mustCover(module: Module, grants: readonly Grant[], changes: Changes): void {
  if (grants.length === 0) throw new Forbidden('errors.outOfScope')
  mustBeWritable(module, new Set(grants.flatMap((grant) => grant.fields)), changes)
}

/** A field he may not write gets the answer of a field that isn't there (A14). */
function mustBeWritable(module: Module, writable: ReadonlySet<string>, { values, files = {} }: Changes): void {
  const refused = [
    ...Object.keys(values).filter((name) => !writable.has(name) || !isWritable(module.fields.get(name))),
    ...Object.keys(files).filter((name) => !writable.has(name) || !takesFiles(module.fields.get(name)))
  ]
  if (refused.length > 0)
    throw new Invalid(Object.fromEntries(refused.map((name) => [name, { key: 'errors.field.unknown' }])))
}

/** What no host could have given as a file's id is asked of none; whose file it is, the host knows. */
function mustBeFiles(files: WrittenFiles = {}): void {
  const wrong = Object.entries(files).filter(([, ids]) => !ids.every(isId))
  if (wrong.length > 0)
    throw new Invalid(Object.fromEntries(wrong.map(([name]) => [name, { key: 'errors.field.reference' }])))
}

/** A value of another type would be judged as one thing and stored as another. */
function mustBeOfTheirType(module: Module, values: Readonly<Record<string, FieldValue>>): void {
  const wrong = Object.entries(values).filter(
    ([name, value]) => value !== null && !fitsType(module.fields.get(name), value)
  )
  if (wrong.length > 0)
    throw new Invalid(Object.fromEntries(wrong.map(([name]) => [name, { key: 'errors.field.invalid' }])))
}

function fitsType(field: Field | undefined, value: FieldValue): boolean {
  if (!field) return true
  if (field.type === 'options') return Array.isArray(value)
  switch (valueKind(field)) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'text':
      return typeof value === 'string'
    case 'moment':
      return (
        value === '' ||
        (typeof value === 'string' && isMoment(value) && value.length === (field.type === 'date' ? 10 : 19))
      )
  }
}

/** What a new record is linked to must be there for him; the record that stands for himself always is. */
async function linkedMustBeVisible(
  { viewer, module }: Entered,
  links: Readonly<Record<string, readonly string[]>>
): Promise<void> {
  const { module: ownModule, recordId } = viewer.person
  for (const [name, ids] of Object.entries(links)) {
    const to = module.links.get(name)?.to
    for (const id of ids) {
      const isHimself = to === ownModule && id === recordId
      if (!to || !(isHimself || (await isVisible(viewer, to, id))))
        throw new Invalid({ [name]: { key: 'errors.field.reference' } })
    }
  }
}

/** He may refer only to records he may see (A05, A11). */
async function referencesMustBeVisible(
  { viewer, module }: Entered,
  values: Readonly<Record<string, FieldValue>>
): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const field = module.fields.get(name)
    if (field?.type !== 'reference' || value === null || value === '') continue
    const to = module.links.get(field.link ?? '')?.to
    if (!to || !(await isVisible(viewer, to, value))) throw new Invalid({ [name]: { key: 'errors.field.reference' } })
  }
}

async function isVisible(viewer: Viewer, module: string, id: FieldValue): Promise<boolean> {
  const subject = await subjectOf(viewer, module)
  if (!subject || typeof id !== 'string' || !isId(id)) return false
  const { dialect } = subject.compiler
  const named = predicate(subject.compiler, subject.module, 'r', oneOf(ID, [id]))
  const where = and([named, visible(subject, 'r', 'view')])
  if (where === isFalse) return false
  const rows = table(dialect, subject.module.table, 'r')
  return (
    (await rowsOf(viewer.kernel.db, sql`select ${column(dialect, 'r', ID)} as id from ${rows} where ${where}`))
      .length === 1
  )
}

export function mustWrite(viewer: Viewer): void {
  if (viewer.readOnly) throw new Forbidden('errors.readOnlyPreview')
}

/** The host's refusal, by field, as any other refusal of what was entered. */
export async function refusedByField<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (cause) {
    if (cause instanceof HostRefused) throw new Invalid(cause.fields)
    throw cause
  }
}
