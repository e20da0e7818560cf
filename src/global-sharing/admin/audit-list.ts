/** What administrators changed of global sharing, told in words: the audit list keeps parts of the model before and after. */
import type { Request } from 'express'
import type { StoredAuditEntry } from '../../audit/audit.js'
import type { Context } from '../../context.js'
import { moduleName, namingFor, type Naming } from './naming.js'
import { tellers, type Lines } from './telling.js'

export interface ToldChange {
  readonly id: string
  readonly at: string
  readonly by: string
  readonly action: string
  /** What was changed, by its name. */
  readonly about: string | undefined
  readonly details: readonly { readonly name: string; readonly before: string; readonly after: string }[]
}

/** So many changes a page tells at most. */
const changesTold = 10

/** The last changes of what `ask` names, newest first. */
export async function changesOf(
  context: Context,
  req: Request,
  ask: { readonly subject: string | readonly string[] } | { readonly kind: string }
): Promise<ToldChange[]> {
  const entries = await context.audit.list({ ...ask, limit: changesTold })
  const naming = await namingFor(context, req)
  return entries.map((entry) => toldChange(naming, entry))
}

function toldChange(naming: Naming, { id, at, actor, action, before, after }: StoredAuditEntry): ToldChange {
  return {
    id,
    at,
    by: actor.name,
    action: naming.t(`portal:audit.${action.replaceAll('.', '-')}`),
    about: aboutOf(naming, after) ?? aboutOf(naming, before),
    details: differences(linesOf(naming, action, before), linesOf(naming, action, after))
  }
}

/** A rule has no name; its module says which it is. */
function aboutOf(naming: Naming, part: unknown): string | undefined {
  const { name, module } = isParts(part) ? part : {}
  if (typeof name === 'string') return name
  return typeof module === 'string' ? moduleName(naming, module) : undefined
}

/** `sharing.role-changed` is told as a role is. */
function linesOf(naming: Naming, action: string, part: unknown): Lines {
  const [, thing = ''] = /^sharing\.(.+)-[a-z]+$/.exec(action) ?? []
  const teller = Object.hasOwn(tellers, thing) ? tellers[thing] : undefined
  return isParts(part) || Array.isArray(part) ? (teller?.(naming, part) ?? new Map()) : new Map()
}

function isParts(part: unknown): part is Readonly<Record<string, unknown>> {
  return typeof part === 'object' && part !== null && !Array.isArray(part)
}

export function differences(before: Lines, after: Lines): ToldChange['details'] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? '', after: after.get(name) ?? '' }))
    .filter((line) => line.before !== line.after)
}
