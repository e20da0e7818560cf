/** What is staged, in words: each change by the name of its thing, with the lines that differ (S08). */
import type { Request } from 'express'
import type { Context } from '../../context.js'
import { changesBetween, type ModelChange, type Part } from '../changes.js'
import type { Model } from '../model.js'
import { differences, type ToldChange } from './audit-list.js'
import { moduleName, namingFor, type Naming } from './naming.js'
import { tellers, type Lines } from './telling.js'

export interface ToldDifference {
  /** `The role “Sales” changes` */
  readonly text: string
  readonly details: ToldChange['details']
  /** How many more lines differ. */
  readonly more: number
}

/** So many lines of one thing are told: a thousand people may have got other roles. */
const mostLines = 40

export async function differencesIn(
  context: Context,
  req: Request,
  { before, after }: { readonly before: Model; readonly after: Model }
): Promise<ToldDifference[]> {
  const naming = { ...(await namingFor(context, req)), models: [after, before] }
  return changesBetween(before, after).map((change) => told(naming, change))
}

function told(naming: Naming, change: ModelChange): ToldDifference {
  const { part, how } = change
  const lines = differences(linesOf(naming, part, change.before), linesOf(naming, part, change.after))
  return {
    text: naming.t(`recalculation:change.${part}.${how}`, { name: nameIn(naming, change) }),
    details: lines.slice(0, mostLines),
    more: Math.max(0, lines.length - mostLines)
  }
}

/** How the tellers call the parts of a model. */
const things: Readonly<Record<Part, string>> = {
  defaults: 'defaults',
  withoutRole: 'without-role',
  people: 'people',
  profiles: 'profile',
  roles: 'role',
  groups: 'group',
  rules: 'rule'
}

function linesOf(naming: Naming, part: Part, value: unknown): Lines {
  return value === undefined ? new Map() : (tellers[things[part]]?.(naming, value) ?? new Map())
}

/** A rule has no name; its module says which it is. */
function nameIn(naming: Naming, { before, after }: ModelChange): string {
  const { name, module } = (after ?? before) as { readonly name?: unknown; readonly module?: unknown }
  if (typeof name === 'string') return name
  return typeof module === 'string' ? moduleName(naming, module) : ''
}
