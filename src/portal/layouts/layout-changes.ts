/** How layout sets change: every change raises the set's revision, so that the second of two who change one is told (E07). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { Invalid, NotFound, PorticoError } from '../../errors.js'
import type { FieldError, Staff } from '../../host/host.js'
import { configuration, userTypesOf, type Configuration } from '../configuration.js'
import { layoutProblems, longestName, type LayoutDraft } from './layout-check.js'
import { layoutSets, type LayoutSet, type PortalLayout } from './layouts.js'
import { portalById } from '../portals/portals.js'

/** @throws NotFound */
export async function layoutSetById(context: Context, id: string): Promise<LayoutSet> {
  const set = (await layoutSets(context.db)).get(id)
  if (!set) throw new NotFound()
  return set
}

/** @throws NotFound */
export function layoutIn(set: LayoutSet, id: string): PortalLayout {
  const layout = set.layouts.find((one) => one.id === id)
  if (!layout) throw new NotFound()
  return layout
}

/** The portals that show records by this set. */
export function portalsWith(all: Configuration, setId: string): string[] {
  return [...all.portals.values()].filter(({ layoutSetId }) => layoutSetId === setId).map(({ name }) => name)
}

/** The user types that release fields in a layout, as *portal: user type*. */
export function typesThatName(all: Configuration, layoutId: string): string[] {
  const naming = [...all.userTypes.values()].filter(({ releases }) =>
    releases.some(({ layouts }) => layouts.some((one) => one.layoutId === layoutId))
  )
  return naming.map(({ name, portalId }) => `${all.portals.get(portalId)?.name ?? ''}: ${name}`)
}

/** The releases of a portal that give fields in layouts that are not in this set: nobody can say which records those are for, so
 *  their fields are narrowed to what is released in all. */
export function releasesElsewhere(
  all: Configuration,
  portalId: string,
  set: LayoutSet | undefined
): { userType: string; module: string }[] {
  const known = new Set(set?.layouts.map(({ id }) => id))
  return userTypesOf(all, portalId).flatMap(({ name, releases }) =>
    releases
      .filter(({ layouts }) => layouts.some(({ layoutId }) => !known.has(layoutId)))
      .map(({ module }) => ({ userType: name, module }))
  )
}

/** A new set, empty or with the layouts of another one. @throws Invalid for its name, NotFound when the other one is gone. */
export async function createLayoutSet(
  context: Context,
  form: { name: string; copyOf: string | undefined },
  by: Staff
): Promise<string> {
  const name = await checkedName(context, form.name)
  const layouts = form.copyOf === undefined ? [] : (await layoutSetById(context, form.copyOf)).layouts
  const id = randomUUID()
  await changeConfiguration(context, by, async (trx) => {
    const birth = { revision: 1, created_at: momentAt(context.now()) }
    await trx('portico_layout_sets').insert({ id, name, ...birth })
    for (const [place, layout] of layouts.entries())
      await trx('portico_layouts').insert({ ...rowOf({ ...layout, id: randomUUID() }), set_id: id, place })
    return { action: 'layout-set.created', subject: subjectOf(id), after: { name, layouts: layouts.length } }
  })
  return id
}

export async function renameLayoutSet(context: Context, seen: Seen, wanted: string, by: Staff): Promise<void> {
  const before = await layoutSetById(context, seen.id)
  const name = await checkedName(context, wanted, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_layout_sets', seen, { name })
    return { action: 'layout-set.renamed', subject: subjectOf(seen.id), before: { name: before.name }, after: { name } }
  })
}

/** @throws PorticoError (409) while a portal shows records by it, or a release gives fields in one of its layouts. */
export async function deleteLayoutSet(context: Context, seen: Seen, by: Staff): Promise<void> {
  const set = await layoutSetById(context, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_layout_sets', seen)
    const all = await configuration(trx)
    refuseWhile(portalsWith(all, set.id), 'layouts:error.setInUse')
    refuseWhile([...new Set(set.layouts.flatMap(({ id }) => typesThatName(all, id)))], 'layouts:error.setNamed')
    await trx('portico_layouts').where({ set_id: set.id }).delete()
    await trx('portico_layout_sets').where({ id: set.id }).delete()
    return { action: 'layout-set.deleted', subject: subjectOf(set.id), before: { name: set.name } }
  })
}

/** Makes or changes a layout; the last one of its module comes last. @throws Invalid with what can't work. */
export async function saveLayout(context: Context, seen: Seen, draft: LayoutDraft, by: Staff): Promise<void> {
  const set = await layoutSetById(context, seen.id)
  const before = draft.id === undefined ? undefined : layoutIn(set, draft.id)
  const all = await configuration(context.db)
  const catalog = await context.host.catalog(by.locale)
  const namedBy = draft.id === undefined ? [] : typesThatName(all, draft.id)
  refuse(layoutProblems({ catalog, set, draft, namedBy }))
  const layout = { ...draft, id: draft.id ?? randomUUID() }
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_layout_sets', seen)
    const row = trx('portico_layouts').where({ id: layout.id })
    await (before
      ? row.update(rowOf(layout))
      : row.insert({ ...rowOf(layout), set_id: set.id, place: set.layouts.length }))
    const action = before ? 'layout.changed' : 'layout.added'
    return { action, subject: subjectOf(set.id), before: before && plain(before), after: plain(layout) }
  })
}

/** @throws PorticoError (409) while a release gives fields in it: they would be narrowed for everybody. */
export async function removeLayout(context: Context, seen: Seen, layoutId: string, by: Staff): Promise<void> {
  const set = await layoutSetById(context, seen.id)
  const layout = layoutIn(set, layoutId)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_layout_sets', seen)
    refuseWhile(typesThatName(await configuration(trx), layoutId), 'layouts:error.layoutNamed')
    await trx('portico_layouts').where({ id: layoutId }).delete()
    const others = set.layouts.filter(({ id }) => id !== layoutId)
    await reorder(
      trx,
      others.map(({ id }) => id)
    )
    return { action: 'layout.removed', subject: subjectOf(set.id), before: plain(layout) }
  })
}

/** Puts a layout before the one of its module that it came after: the first that is for a record counts. */
export async function raiseLayout(context: Context, seen: Seen, layoutId: string, by: Staff): Promise<void> {
  const set = await layoutSetById(context, seen.id)
  const { module, name } = layoutIn(set, layoutId)
  const before = set.layouts.map(({ id }) => id)
  const after = raised(set.layouts, layoutId)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_layout_sets', seen)
    await reorder(trx, after)
    const order = (ids: readonly string[]): string =>
      ids
        .map((id) => layoutIn(set, id))
        .filter((one) => one.module === module)
        .map((one) => one.name)
        .join(', ')
    const [was, is] = [
      { module, order: order(before) },
      { module, order: order(after), name }
    ]
    return { action: 'layout.raised', subject: subjectOf(set.id), before: was, after: is }
  })
}

/** Which set a portal shows its records by; undefined: the layouts of the CRM. @throws NotFound */
export async function chooseLayoutSet(
  context: Context,
  seen: Seen,
  setId: string | undefined,
  by: Staff
): Promise<void> {
  const portal = portalById(await configuration(context.db), seen.id)
  const sets = await layoutSets(context.db)
  if (setId !== undefined) await layoutSetById(context, setId)
  const nameOf = (id: string | undefined): string => sets.get(id ?? '')?.name ?? ''
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portals', seen, { layout_set_id: setId ?? null })
    return {
      action: 'portal.layout-set',
      subject: `portal:${portal.id}`,
      before: { layoutSet: nameOf(portal.layoutSetId) },
      after: { layoutSet: nameOf(setId) }
    }
  })
}

async function checkedName(context: Context, wanted: string, ownId?: string): Promise<string> {
  const name = wanted.trim()
  const others = [...(await layoutSets(context.db)).values()].filter(({ id }) => id !== ownId)
  if (name === '') refuse({ name: { key: 'layouts:problem.setNameMissing' } })
  if (name.length > longestName) refuse({ name: { key: 'errors.field.tooLong', args: { max: longestName } } })
  if (others.some((one) => one.name.toLowerCase() === name.toLowerCase()))
    refuse({ name: { key: 'layouts:problem.setNameTaken', args: { name } } })
  return name
}

function refuse(problems: Readonly<Record<string, FieldError>>): void {
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
}

function refuseWhile(users: readonly string[], key: string): void {
  if (users.length > 0)
    throw new PorticoError(key, { status: 409, args: { names: users.join(', '), count: users.length } })
}

/** The ids in their new order: the layout changes places with the one for some records of its module that comes before it. */
function raised(layouts: readonly PortalLayout[], id: string): string[] {
  const ids = layouts.map((one) => one.id)
  const at = ids.indexOf(id)
  const isBefore = ({ module, forRecords }: PortalLayout): boolean =>
    module === layouts[at]?.module && forRecords !== undefined
  const before = layouts.slice(0, at).findLastIndex(isBefore)
  if (before >= 0) [ids[before], ids[at]] = [ids[at]!, ids[before]!]
  return ids
}

async function reorder(trx: Knex, ids: readonly string[]): Promise<void> {
  for (const [place, id] of ids.entries()) await trx('portico_layouts').where({ id }).update({ place })
}

function subjectOf(setId: string): string {
  return `layout-set:${setId}`
}

function rowOf({ id, module, kind, name, sections, forRecords }: PortalLayout): Record<string, unknown> {
  return {
    id,
    module,
    kind,
    name: name.trim(),
    sections: JSON.stringify(sections),
    for_field: forRecords?.field ?? null,
    for_values: forRecords ? JSON.stringify(forRecords.values) : null
  }
}

/** For the audit list. */
function plain({ module, kind, name, sections, forRecords }: PortalLayout): Record<string, unknown> {
  return { module, kind, name, sections, forRecords: forRecords ?? null }
}
