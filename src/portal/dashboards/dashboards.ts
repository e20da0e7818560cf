/** Dashboards: made by staff, put on a portal's first page or on a single portal user's (E04). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Viewer } from '../../access/viewer.js'
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { cachedByVersion } from '../../db/configuration-version.js'
import { momentAt } from '../../db/moment.js'
import { Invalid, NotFound, PorticoError } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { configuration, type Portal } from '../configuration.js'
import { portalById } from '../portals/portals.js'
import { isReadable, readDashlets, type Dashlet } from './dashlets.js'

export interface Dashboard {
  readonly id: string
  readonly name: string
  readonly revision: number
  /** In their order. */
  readonly dashlets: readonly Dashlet[]
  /** How many dashlets could not be read; they are left out until the dashboard is saved. */
  readonly unreadable: number
}

/** More than anybody looks at, and than a page should ask. */
export const mostDashlets = 12

/** All dashboards by id, in the order they were made. */
export const dashboards: (db: Knex) => Promise<ReadonlyMap<string, Dashboard>> = cachedByVersion(load)

/** @throws NotFound */
export async function dashboardById(db: Knex, id: string): Promise<Dashboard> {
  const found = (await dashboards(db)).get(id)
  if (!found) throw new NotFound()
  return found
}

/** The dashboard on this viewer's first page: his own, else his portal's; none where both are gone. */
export function dashboardFor(db: Knex, viewer: Viewer): Promise<Dashboard | undefined> {
  const asked = known.get(viewer) ?? findFor(db, viewer)
  known.set(viewer, asked)
  return asked
}

/** A viewer lives as long as a request, which asks for its navigation and for its page. */
const known = new WeakMap<Viewer, Promise<Dashboard | undefined>>()

async function findFor(db: Knex, { person }: Viewer): Promise<Dashboard | undefined> {
  const all = await dashboards(db)
  const portal = (await configuration(db)).portals.get(person.portalId ?? '')
  if (all.size === 0 || !portal) return undefined
  const row = await db<{ id: string; portal_id: string; dashboard_id: string | null }>('portico_portal_users')
    .first('dashboard_id')
    .where({ id: person.id, portal_id: portal.id })
  return all.get(row?.dashboard_id ?? '') ?? all.get(portal.dashboardId ?? '')
}

export async function createDashboard(context: Context, name: string, by: Staff): Promise<string> {
  const id = randomUUID()
  await changeConfiguration(context, by, async (trx) => {
    const row = { id, name, dashlets: '[]', revision: 1, created_at: momentAt(context.now()) }
    await trx('portico_dashboards').insert(row)
    return { action: 'dashboard.created', subject: subjectOf(id), after: { name } }
  })
  return id
}

export async function renameDashboard(context: Context, seen: Seen, name: string, by: Staff): Promise<void> {
  const before = await dashboardById(context.db, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_dashboards', seen, { name })
    return { action: 'dashboard.renamed', subject: subjectOf(seen.id), before: { name: before.name }, after: { name } }
  })
}

/** Puts a dashlet in place of the one with its id, or at the end. @throws PorticoError when the dashboard is full. */
export async function putDashlet(context: Context, seen: Seen, dashlet: Dashlet, by: Staff): Promise<void> {
  if (!isReadable(dashlet)) throw new Invalid({ kind: { key: 'errors.field.invalid' } })
  const { dashlets } = await dashboardById(context.db, seen.id)
  const before = dashlets.find(({ id }) => id === dashlet.id)
  if (!before && dashlets.length >= mostDashlets)
    throw new PorticoError('dashboards:problem.full', { status: 409, args: { count: mostDashlets } })
  const after = before ? dashlets.map((one) => (one === before ? dashlet : one)) : [...dashlets, dashlet]
  await saveDashlets(context, seen, after, by, {
    action: before ? 'dashboard.dashlet-changed' : 'dashboard.dashlet-added',
    before,
    after: dashlet
  })
}

/** Moves a dashlet one place up or down; at the end nothing happens. @throws NotFound */
export async function moveDashlet(
  context: Context,
  seen: Seen,
  move: { dashletId: string; by: 1 | -1 },
  by: Staff
): Promise<void> {
  const { dashlets } = await dashboardById(context.db, seen.id)
  const from = placeOf(dashlets, move.dashletId)
  const to = from + move.by
  if (to < 0 || to >= dashlets.length) return
  const after = dashlets.toSpliced(from, 1).toSpliced(to, 0, dashlets[from]!)
  const order = (list: readonly Dashlet[]): { order: string[] } => ({ order: list.map(({ id }) => id) })
  const change = { action: 'dashboard.dashlet-moved', before: order(dashlets), after: order(after) }
  await saveDashlets(context, seen, after, by, change)
}

/** @throws NotFound */
export async function removeDashlet(context: Context, seen: Seen, dashletId: string, by: Staff): Promise<void> {
  const { dashlets } = await dashboardById(context.db, seen.id)
  const before = dashlets[placeOf(dashlets, dashletId)]
  const after = dashlets.filter((one) => one !== before)
  await saveDashlets(context, seen, after, by, { action: 'dashboard.dashlet-removed', before })
}

/** Where a dashboard is in use. */
export interface DashboardUse {
  readonly portals: readonly Portal[]
  /** How many portal users have it as their own. */
  readonly users: number
}

/** The uses of each dashboard, by its id; asked in one statement, however many there are. */
export async function dashboardUses(db: Knex): Promise<(id: string) => DashboardUse> {
  const portals = [...(await configuration(db)).portals.values()]
  const rows: { dashboard_id: string; users: number | string }[] = await db('portico_portal_users')
    .select('dashboard_id', db.raw('count(*) as users'))
    .whereNotNull('dashboard_id')
    .whereNot({ status: 'removed' })
    .groupBy('dashboard_id')
  const users = new Map(rows.map((row) => [row.dashboard_id, Number(row.users)]))
  return (id) => ({
    portals: portals.filter(({ dashboardId }) => dashboardId === id),
    users: users.get(id) ?? 0
  })
}

/** @throws PorticoError while it is in use */
export async function deleteDashboard(context: Context, seen: Seen, by: Staff): Promise<void> {
  const before = await dashboardById(context.db, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_dashboards', seen)
    const { portals, users } = (await dashboardUses(trx))(seen.id)
    if (portals.length + users > 0) throw new PorticoError('dashboards:problem.inUse', { status: 409 })
    await trx('portico_dashboards').where({ id: seen.id }).delete()
    return { action: 'dashboard.deleted', subject: subjectOf(seen.id), before }
  })
}

/** Puts a dashboard on a portal's first page, or (undefined) takes it away. @throws NotFound */
export async function chooseDashboard(
  context: Context,
  seen: Seen,
  dashboardId: string | undefined,
  by: Staff
): Promise<void> {
  const before = portalById(await configuration(context.db), seen.id)
  const all = await dashboards(context.db)
  if (dashboardId !== undefined && !all.has(dashboardId)) throw new NotFound()
  const named = (id: string | undefined): { dashboard: string } => ({ dashboard: all.get(id ?? '')?.name ?? '' })
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portals', seen, { dashboard_id: dashboardId ?? null })
    const change = { before: named(before.dashboardId), after: named(dashboardId) }
    return { action: 'portal.dashboard', subject: `portal:${seen.id}`, ...change }
  })
}

export function subjectOf(id: string): string {
  return `dashboard:${id}`
}

async function saveDashlets(
  context: Context,
  seen: Seen,
  dashlets: readonly Dashlet[],
  by: Staff,
  change: { action: string; before?: unknown; after?: unknown }
): Promise<void> {
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_dashboards', seen, { dashlets: JSON.stringify(dashlets) })
    return { ...change, subject: subjectOf(seen.id) }
  })
}

function placeOf(dashlets: readonly Dashlet[], id: string): number {
  const place = dashlets.findIndex((one) => one.id === id)
  if (place < 0) throw new NotFound()
  return place
}

async function load(db: Knex): Promise<ReadonlyMap<string, Dashboard>> {
  const rows = await db<{ id: string; name: string; dashlets: string; revision: number }>('portico_dashboards')
    .select('id', 'name', 'dashlets', 'revision')
    .orderBy(['created_at', 'id'])
  return new Map(
    rows.map(({ id, name, dashlets, revision }) => [id, { id, name, revision, ...readDashlets(dashlets) }])
  )
}
