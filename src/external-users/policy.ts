/** What an external user may do, as grants: the table of the source in the kernel's words (T01, T02, T05–T08). */
import {
  all,
  always,
  any,
  compare,
  ID,
  isPending,
  joined,
  linked,
  never,
  oneOf,
  unlinked,
  descended,
  type Condition
} from '../access/condition.js'
import { isWritable } from '../access/field-kinds.js'
import type { Action, Grant, ModulePolicy } from '../access/grant.js'
import { everyRecord, lookUp } from '../access/question.js'
import type { Person } from '../access/viewer.js'
import type { Context } from '../context.js'
import { oncePerRequest } from '../db/within-request.js'
import type { Catalog, Module } from '../host/catalog.js'
import { daysOnEarth, type DayOnEarth } from './days-on-earth.js'
import { isPaper, type Kind } from './kinds.js'
import { moduleRights } from './module-rights.js'
import { allowed, notDenied } from './object-rights.js'
import { projectWorld, type KnownFolders, type KnownPart, type ProjectWorld } from './project-settings.js'
import { releasableFields, releasedFields } from './released-fields.js'

/** Nothing for others, and for somebody whose contact is gone (A24). Asked anew for each request, so midnight counts at once. */
export async function policySource(context: Context, person: Person, catalog: Catalog): Promise<ModulePolicy[]> {
  if (person.kind !== 'external-user') return []
  const world = await projectWorld(context.db, catalog)
  const isThere = (await lookUp(context.kernel, person.module ?? '', person.recordId ?? '', [])) !== undefined
  if (!world || !isThere) return []
  const { fields: released } = await releasedFields(context.db)
  const yes = await moduleRights(context.db, person.id)
  return guestPolicy({ world, personId: person.id, yes, released, ...(await openToHim(context, world, person.id)) })
}

/** As many projects are asked for by their ids. */
const fewProjects = 30

/** His projects as conditions that are short enough to stand in a statement many times. */
async function openToHim(
  context: Context,
  world: ProjectWorld,
  personId: string
): Promise<Pick<GuestFacts, 'isHis' | 'isOneOfHis'>> {
  const { ids, days } = await openProjects(context, world, personId)
  const isHis = hisProjects(world, personId, days)
  return { isHis, isOneOfHis: ids.length > fewProjects ? isHis : oneOf(ID, ids) }
}

/** Whether there is a project at all that he may see now: without one he has no business at the door (T01). */
export async function hasOpenProject(context: Context, person: Person): Promise<boolean> {
  const world = await projectWorld(context.db, await context.host.catalog(person.locale))
  const isThere = (await lookUp(context.kernel, person.module ?? '', person.recordId ?? '', [])) !== undefined
  if (!world || !isThere) return false
  return (await openProjects(context, world, person.id)).ids.length > 0
}

/** Of one person, at one moment. */
interface OpenProjects {
  readonly ids: readonly string[]
  /** The dates there are, with the time zones of his projects. */
  readonly days: readonly DayOnEarth[]
}

/** Asked at the door and again for his rights: once in a request. */
async function openProjects(context: Context, world: ProjectWorld, personId: string): Promise<OpenProjects> {
  const asked = await oncePerRequest(openProjects, async () => new Map<string, Promise<OpenProjects>>())
  const answer = asked.get(personId) ?? askForOpen(context, world, personId)
  asked.set(personId, answer)
  return answer
}

async function askForOpen(context: Context, world: ProjectWorld, personId: string): Promise<OpenProjects> {
  const days = await daysOf(context, world, isTold(world, personId))
  const question = { module: world.module.name, when: hisProjects(world, personId, days), fields: [] }
  return { ids: (await everyRecord(context.kernel, question)).map(({ id }) => id), days }
}

/** The dates of this moment, with the time zones of these projects. Those that have ended everywhere are not asked for theirs. */
export async function daysOf(
  context: Context,
  { module, endDate, timeZone }: ProjectWorld,
  which: Condition
): Promise<readonly DayOnEarth[]> {
  const now = context.now()
  if ('zone' in timeZone) return daysOnEarth(now, [timeZone.zone])
  const earliest = daysOnEarth(now, []).at(-1)?.date ?? ''
  const mayGoOn = any(compare(endDate, 'isEmpty'), compare(endDate, '≥', earliest))
  const question = { module: module.name, when: all(which, mayGoOn), fields: [timeZone.field] }
  const projects = await everyRecord(context.kernel, question)
  return daysOnEarth(
    now,
    projects.map(({ values }) => String(values[timeZone.field] ?? ''))
  )
}

export interface GuestFacts {
  readonly world: ProjectWorld
  readonly personId: string
  /** The kinds he has the module right for. */
  readonly yes: ReadonlySet<Kind>
  /** The released fields by module; those the module no longer has are left out. */
  readonly released: ReadonlyMap<string, ReadonlySet<string>>
  /** Projects that are open to him now. */
  readonly isHis: Condition
  /** The same for what belongs to them. */
  readonly isOneOfHis: Condition
}

/** One policy for the projects and one for each kind of things that is open to him at all. */
function guestPolicy(facts: GuestFacts): ModulePolicy[] {
  const grants = new Map<string, Grant[]>()
  const give = (module: Module, given: readonly Grant[]): void => {
    grants.set(module.name, [...(grants.get(module.name) ?? []), ...given])
  }
  const { world } = facts
  give(world.module, [grantOf('member', ['view', 'open'], facts.isHis, releasedOf(facts, world.module))])
  for (const part of world.parts.values()) give(part.module, grantsFor(facts, part))
  const seesFolders = world.parts.has('documents') && facts.yes.has('documents')
  if (world.folders && seesFolders) give(world.folders.module, folderGrants(facts, world.folders))
  return [...grants].map(([module, given]) => ({ module, grants: given, restrictions: [] }))
}

function grantsFor(facts: GuestFacts, part: KnownPart): Grant[] {
  if (isPaper(part.kind)) return paperGrants(facts, part)
  switch (part.kind) {
    case 'emails':
      return emailGrants(facts, part)
    case 'members':
      return memberGrants(facts, part)
    case 'documents':
      return documentGrants(facts, part)
    default:
      return activityGrants(facts, part)
  }
}

// --- projects ---

/** T01, T02: a member, who may read it, before it has ended. That the module is on decides whether anybody asks. */
function hisProjects(world: ProjectWorld, personId: string, days: readonly DayOnEarth[]): Condition {
  return all(isTold(world, personId), hasNotEnded(world, days))
}

function isTold({ module: { name } }: ProjectWorld, personId: string): Condition {
  return all(joined('portico_memberships', { module: name, person_id: personId }), allowed(name, personId, 'read'))
}

/** The end date is today or later where the project is; a project without one does not end. A time zone that nobody knows gets the latest
 *  date on earth, so its last day ends too early rather than too late. */
export function hasNotEnded(
  { endDate, timeZone }: Pick<ProjectWorld, 'endDate' | 'timeZone'>,
  [latest, ...earlier]: readonly DayOnEarth[]
): Condition {
  if (!latest) throw new RangeError('There is always a day.')
  if ('zone' in timeZone) {
    const today = [latest, ...earlier].find(({ zones }) => zones.includes(timeZone.zone)) ?? latest
    return any(compare(endDate, 'isEmpty'), compare(endDate, '≥', today.date))
  }
  const isOpenThere = ({ date, zones }: DayOnEarth): Condition =>
    all(oneOf(timeZone.field, zones), compare(endDate, '≥', date))
  return any(compare(endDate, 'isEmpty'), compare(endDate, '≥', latest.date), ...earlier.map(isOpenThere))
}

// --- what belongs to them (T06) ---

function ofHisProjects({ isOneOfHis }: GuestFacts, { link }: { readonly link: { readonly name: string } }): Condition {
  return linked(link.name, isOneOfHis)
}

/** Quotes, orders, tickets, contracts: the named columns of those he may read besides, and never more. */
function paperGrants(facts: GuestFacts, part: KnownPart): Grant[] {
  const when = seenPaper(facts, part)
  return when ? [header('header', part, when)] : []
}

function seenPaper(facts: GuestFacts, part: KnownPart): Condition | undefined {
  if (!facts.yes.has(part.kind)) return undefined
  return all(ofHisProjects(facts, part), allowed(part.module.name, facts.personId, 'read'))
}

/** Contacts of the project: the named columns. */
function memberGrants(facts: GuestFacts, part: KnownPart): Grant[] {
  if (!facts.yes.has('members')) return []
  const when = all(ofHisProjects(facts, part), notDenied(part.module.name, facts.personId, 'read'))
  return [header('members', part, when)]
}

/** Seen in a list, not opened; a record that a column names is named and no more. */
function header(id: string, { module, columns }: KnownPart, when: Condition): Grant {
  const fields = columns.flatMap((column) => column.fields)
  const named = fields.filter((field) => module.fields.get(field)?.type === 'reference')
  return { ...grantOf(id, ['view'], when, fields), named }
}

function emailGrants(facts: GuestFacts, part: KnownPart): Grant[] {
  if (!facts.yes.has('emails')) return []
  const when = all(ofHisProjects(facts, part), notDenied(part.module.name, facts.personId, 'read'))
  return [grantOf('emails', ['view', 'open'], when, releasedOf(facts, part.module))]
}

/** Calls, tasks, appointments, notes: his own are his to change and to make, without links to anything; with *yes* he reads all others. */
function activityGrants(facts: GuestFacts, part: KnownPart): Grant[] {
  const { module, link } = part
  const { personId, yes } = facts
  const fields = releasedOf(facts, module)
  const written = fields.filter((field) => isHisToWrite(module, field))
  const own = ownActivity(facts, part)
  const others = all(ofHisProjects(facts, part), notDenied(module.name, personId, 'read'))
  return [
    grantOf('own', ['view', 'open'], own, fields, 'responsible'),
    grantOf('own-edit', ['edit'], all(own, notDenied(module.name, personId, 'write')), written, 'responsible'),
    grantOf('own-delete', ['delete'], all(own, allowed(module.name, personId, 'delete')), [], 'responsible'),
    grantOf('new', ['create'], all(isPending, unlinked(link.name)), written, 'responsible'),
    ...(yes.has(part.kind) ? [grantOf('others', ['view', 'open'], others, fields)] : [])
  ]
}

/** He is responsible, and it belongs to no project or to one that is open to him. */
function ownActivity(facts: GuestFacts, part: KnownPart): Condition {
  const { module, link } = part
  return all(
    joined('portico_responsible', { module: module.name, person_id: facts.personId }),
    any(unlinked(link.name), ofHisProjects(facts, part)),
    notDenied(module.name, facts.personId, 'read')
  )
}

/** Connections to other things are not his to make. */
function isHisToWrite(module: Module, name: string): boolean {
  const field = module.fields.get(name)
  return isWritable(field) && field?.type !== 'reference' && name !== module.owner
}

// --- documents and folders (T08) ---

/** Read by right on the document and on all folders above it; those of the project by the module right, those of something else with that. */
function documentGrants(facts: GuestFacts, part: KnownPart): Grant[] {
  const { module } = part
  const { personId, world } = facts
  const may = (right: 'read' | 'write' | 'delete'): Condition => allowed(module.name, personId, right)
  const read = all(may('read'), reachedDocument(facts, part))
  const fields = [...new Set([...releasedOf(facts, module), ...(world.file ? [world.file] : [])])]
  const written = fields.filter((field) => field === world.file || isHisToWrite(module, field))
  return [
    grantOf('documents', ['view', 'open'], read, fields),
    grantOf('documents-edit', ['edit'], all(read, may('write')), written),
    grantOf('documents-delete', ['delete'], all(read, may('delete')), []),
    ...uploadGrants(facts, part, written)
  ]
}

/** T01: a document that belongs to a project is reached by that project alone, whatever else it belongs to. */
function reachedDocument(facts: GuestFacts, part: KnownPart): Condition {
  const { folders } = facts.world
  const isHis = ofHisProjects(facts, part)
  const isOfNoOther = any(unlinked(part.link.name), isHis)
  if (!folders) return any(...sharedWhere(facts, isHis), all(isHeld(facts), isOfNoOther))
  const isInNone = unlinked(folders.of)
  const isInOpenFolder = linked(folders.of, openFolder(facts, folders))
  return any(
    all(isInNone, any(...sharedWhere(facts, isHis), all(isHeld(facts), isOfNoOther))),
    all(isInOpenFolder, isOfNoOther, any(...sharedWhere(facts, always), isHeld(facts)))
  )
}

/** The documents of the project take the module right. */
function sharedWhere({ yes }: GuestFacts, when: Condition): Condition[] {
  return yes.has('documents') ? [when] : []
}

/** A document of a call, a quote and the like that he sees. */
function isHeld(facts: GuestFacts): Condition {
  const { parts, holders } = facts.world
  return any(
    ...[...holders].map(([kind, link]) => {
      const holder = parts.get(kind)
      return linked(link, (holder && seenHolder(facts, holder)) ?? never)
    })
  )
}

function seenHolder(facts: GuestFacts, part: KnownPart): Condition | undefined {
  if (isPaper(part.kind)) return seenPaper(facts, part)
  const others = all(ofHisProjects(facts, part), notDenied(part.module.name, facts.personId, 'read'))
  return any(ownActivity(facts, part), ...(facts.yes.has(part.kind) ? [others] : []))
}

/** He reads it and every folder above it, up to the project: to the uppermost one that belongs to a project. */
function openFolder(facts: GuestFacts, { module, link, parent }: KnownFolders): Condition {
  const mayRead = allowed(module.name, facts.personId, 'read')
  const isHis = ofHisProjects(facts, { link: { name: link } })
  const isAboveAll = descended(parent, all(unlinked(link), unlinked(parent)), unlinked(link))
  const isUppermost = any(unlinked(parent), linked(parent, isAboveAll))
  return descended(parent, all(isHis, isUppermost, mayRead), all(any(unlinked(link), isHis), mayRead))
}

function folderGrants(facts: GuestFacts, folders: KnownFolders): Grant[] {
  return [grantOf('folders', ['view', 'open'], openFolder(facts, folders), [folders.module.title])]
}

/** Into a folder he may write in. Where it is, is filled in for him. */
function uploadGrants(facts: GuestFacts, part: KnownPart, written: readonly string[]): Grant[] {
  const { folders } = facts.world
  if (!folders || !facts.yes.has('documents')) return []
  const mayWrite = allowed(folders.module.name, facts.personId, 'write')
  const into = linked(folders.of, all(openFolder(facts, folders), mayWrite))
  const belongs = any(unlinked(part.link.name), ofHisProjects(facts, part))
  return [grantOf('upload', ['create'], all(isPending, belongs, into), written)]
}

// --- what all share ---

function releasedOf({ released }: GuestFacts, module: Module): string[] {
  return releasableFields(module).flatMap(({ name }) => (released.get(module.name)?.has(name) ? [name] : []))
}

function grantOf(
  id: string,
  actions: readonly Action[],
  when: Condition,
  fields: readonly string[],
  reason: 'member' | 'responsible' = 'member'
): Grant {
  return { id, actions, when, fields, reason: { key: `access:reason.${reason}` } }
}
