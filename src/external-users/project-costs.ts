/** The costs of one project: the time is read from the CRM through the one door, the rates are those of its members, and of those who
 *  were removed (T11). For staff alone: nothing here is ever shown outside. */
import { compare, ID, linked, oneOf, all } from '../access/condition.js'
import { hiddenAmong } from '../access/hidden.js'
import { lookUp, narrowRecords } from '../access/question.js'
import { isMoney, type Money, type ViewedRecord } from '../access/record.js'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import type { Module } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { costCells, costKinds, type Cell, type CostKind, type Work } from './costs.js'
import { externalUsersById } from './external-users.js'
import { formerRates } from './former-rates.js'
import { decimal } from './fraction.js'
import { currency } from './hourly-rate.js'
import { ratesIn } from './members.js'
import { projectsOf } from './project.js'
import type { KnownPart, ProjectWorld } from './project-settings.js'
import { responsibleFor } from './responsible.js'

/** So many things of each kind are counted, the newest of them. */
export const mostCounted = 10_000
const perPage = 200

/** The first of them that holds something says when the work was done; without one, when it was written down. */
const usualDays = ['startsAt', 'dateStart', 'dueDate', 'dateEnd']

export interface ProjectCosts {
  readonly cells: readonly Cell[]
  /** Who appears in them, by id. */
  readonly people: ReadonlyMap<string, CostedPerson>
  /** Kinds of which there is more than was counted. */
  readonly cut: readonly CostKind[]
  /** Kinds that the CRM keeps from this member of staff: they are not counted. */
  readonly hidden: readonly CostKind[]
  /** Of the project, where it has one. */
  readonly budget: Money | undefined
}

interface CostedPerson {
  /** Undefined for somebody whom the CRM hides. */
  readonly name: string | undefined
  /** In hundredths an hour. */
  readonly rate: number | undefined
  /** He was removed from the project; his time keeps the rate he had. */
  readonly isFormer: boolean
}

/** @throws NotFound */
export async function projectCosts(context: Context, projectId: string, staff: Staff): Promise<ProjectCosts> {
  const world = await projectsOf(context)
  const project = await projectAbout(context, world, projectId)
  const former = await formerRates(context.db, world.module.name, projectId)
  const rates = new Map([...former, ...(await ratesIn(context.db, world.module.name, projectId))])
  const parts = costKinds.flatMap((kind) => world.parts.get(kind) ?? []).filter(({ minutes }) => minutes !== undefined)
  const shown = await shownParts(context, staff, parts)
  const read = await Promise.all(shown.map((part) => workOn(context, part, projectId, project.timeZone)))
  const cells = costCells(
    read.flatMap(({ work }) => work),
    rates
  )
  return {
    cells,
    people: await peopleIn(context, staff, cells, { rates, former }),
    cut: shown.filter((_, index) => read[index]?.isCut).map(kindOf),
    hidden: parts.filter((part) => !shown.includes(part)).map(kindOf),
    budget: project.budget
  }
}

function kindOf({ kind }: KnownPart): CostKind {
  return kind as CostKind
}

async function shownParts(context: Context, staff: Staff, parts: readonly KnownPart[]): Promise<KnownPart[]> {
  const allowed = await Promise.all(parts.map(({ module }) => context.host.allowsModule(staff, module.name)))
  return parts.filter((_, index) => allowed[index])
}

// --- the project ---

const budgetField = 'budget'

async function projectAbout(
  context: Context,
  { module, timeZone }: ProjectWorld,
  id: string
): Promise<{ timeZone: string; budget: Money | undefined }> {
  const zoneField = 'field' in timeZone ? timeZone.field : undefined
  const record = await lookUp(context.kernel, module.name, id, [budgetField, ...(zoneField ? [zoneField] : [])])
  if (!record) throw new NotFound()
  const zone = 'zone' in timeZone ? timeZone.zone : String(record.values[timeZone.field] ?? '')
  return { timeZone: isZone(zone) ? zone : 'UTC', budget: budgetIn(record, module) }
}

function budgetIn({ values }: ViewedRecord, module: Module): Money | undefined {
  const value = values[budgetField]
  if (module.fields.get(budgetField)?.type !== 'money' || value === null || value === undefined) return undefined
  return isMoney(value) ? value : { amount: Number(value), currency }
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '' && zone !== ''
  } catch {
    return false
  }
}

// --- the time ---

async function workOn(
  context: Context,
  { kind, module, link, minutes = '' }: KnownPart,
  projectId: string,
  timeZone: string
): Promise<{ work: Work[]; isCut: boolean }> {
  const when = all(linked(link.name, oneOf(ID, [projectId])), compare(minutes, '>', 0))
  const days = [...usualDays.filter((name) => module.fields.has(name)), module.createdAt]
  const door = await narrowRecords(context.kernel, { module: module.name, when, fields: [minutes, ...days] })
  const work: Work[] = []
  let after: string | undefined
  do {
    const page = await door.list(module.name, { limit: perPage, fields: [minutes, ...days], ...(after && { after }) })
    const responsible = await responsibleFor(
      context.db,
      module.name,
      page.records.map(({ id }) => id)
    )
    for (const { id, values } of page.records) {
      const month = monthIn(timeZone, days.map((name) => values[name]).find(Boolean))
      const time = decimal(values[minutes])
      work.push({ kind: kind as CostKind, month, minutes: time, responsible: responsible.get(id) ?? [] })
    }
    after = page.next
  } while (after !== undefined && work.length < mostCounted)
  return { work, isCut: after !== undefined }
}

/** Days are where they are; of moments in UTC it counts where the project is. */
function monthIn(timeZone: string, value: unknown): string {
  const text = String(value ?? '')
  const at = text.length > 10 ? Date.parse(`${text.replace(' ', 'T')}Z`) : Number.NaN
  if (Number.isNaN(at)) return text.slice(0, 7)
  return clockOf(timeZone).format(at).slice(0, 7)
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** Making one takes longer than all that is asked of it. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const format = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const clock = clocks.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, ...format })
  clocks.set(timeZone, clock)
  return clock
}

// --- the people ---

async function peopleIn(
  context: Context,
  staff: Staff,
  cells: readonly Cell[],
  { rates, former }: Record<'rates' | 'former', ReadonlyMap<string, number>>
): Promise<ReadonlyMap<string, CostedPerson>> {
  const ids = [...new Set(cells.flatMap(({ personId }) => personId ?? []))]
  const users = await externalUsersById(context.db, ids)
  const hidden = await hiddenAmong(context.kernel, staff, users)
  return new Map(
    users.map(({ id, name }) => {
      const shown = hidden.has(id) ? { name: undefined, rate: undefined } : { name, rate: rates.get(id) }
      return [id, { ...shown, isFormer: former.has(id) }]
    })
  )
}
