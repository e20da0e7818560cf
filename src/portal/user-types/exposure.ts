/** What a release shows to everybody who has its user type, whoever he is, in numbers (X05). */
import { always, type Condition } from '../../access/condition.js'
import { narrowRecords } from '../../access/question.js'
import type { Count } from '../../access/record.js'
import type { Context } from '../../context.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { criteriaCondition, primaryFieldsIn } from './criteria.js'
import { publicModules } from './public-modules.js'
import type { ReleaseDraft } from './release-check.js'

interface Exposure {
  readonly records: Count
  /** In the layout that shows most of them. */
  readonly fields: number
}

const mostCounted = 10_000

/** Undefined where it depends on the person what the release shows. */
export async function exposure(context: Context, catalog: Catalog, draft: ReleaseDraft): Promise<Exposure | undefined> {
  const module = catalog.modules.get(draft.module)
  const when = module && (await forEverybody(context, module, draft))
  if (!when) return undefined
  const door = await narrowRecords(context.kernel, { module: draft.module, when, fields: [] })
  const sizes = [draft, ...draft.layouts].map(
    ({ fields }) => [...fields.keys()].filter((name) => module.fields.has(name)).length
  )
  return { records: await door.count(draft.module, {}, mostCounted), fields: Math.max(...sizes) }
}

/** The whole module, or criteria that compare with nothing of the own record. */
async function forEverybody({ db }: Context, module: Module, draft: ReleaseDraft): Promise<Condition | undefined> {
  if (draft.kind === 'public') return (await publicModules(db)).has(module.name) ? always : undefined
  const { criteria } = draft
  return criteria && primaryFieldsIn(criteria).length === 0 ? criteriaCondition(module, criteria, {}) : undefined
}
