/** What has to be asked of a record before people can be judged: one statement about it, one for each link that sharing follows. */
import { canCompile, type Compiler } from '../access/compile.js'
import { all, compare, type Condition } from '../access/condition.js'
import { insideLinked, insideRecord, type InsideRecord } from '../access/inside.js'
import type { Kernel } from '../access/kernel.js'
import type { Catalog, Module } from '../host/catalog.js'
import type { Organization } from './organization.js'
import { followedLink, type RecordFacts } from './reasons.js'

/** A record that hangs on more others than this is judged by the first of them. */
const mostBehind = 200

/** Undefined: there is no such record. */
export async function recordFacts(
  kernel: Kernel,
  catalog: Catalog,
  organization: Organization,
  { module: name, id }: { readonly module: string; readonly id: string }
): Promise<RecordFacts | undefined> {
  const module = catalog.modules.get(name)
  if (!module) return undefined
  const asking = { kernel, catalog, organization }
  const rules = rulesOf(asking, module)
  const record = await insideRecord(kernel, name, id, conditionsOf(rules))
  return record && factsOf(asking, module, record, { rules, via: [], isFollowed: true })
}

interface Asking {
  readonly kernel: Kernel
  readonly catalog: Catalog
  readonly organization: Organization
}

/** A rule of the module, and its criteria where there are any. */
interface AskedRule {
  readonly id: string
  readonly criteria: Condition
}

/** Those that the CRM can still tell: one whose field is gone shares nothing. */
function rulesOf({ kernel, catalog, organization }: Asking, module: Module): AskedRule[] {
  const compiler: Compiler = { catalog, dialect: kernel.dialect }
  return Object.entries(organization.model.rules)
    .filter(([, rule]) => rule.module === module.name)
    .map(([id, rule]) => ({
      id,
      parts: rule.criteria.map(({ field, operator, value }) => compare(field, operator, value))
    }))
    .filter(({ parts }) => parts.every((part) => canCompile(compiler, module, part)))
    .map(({ id, parts }) => ({ id, criteria: all(...parts) }))
}

function conditionsOf(rules: readonly AskedRule[]): Condition[] {
  return rules.map(({ criteria }) => criteria)
}

async function factsOf(
  asking: Asking,
  module: Module,
  { id, title, owner, groups, holds }: InsideRecord,
  way: { readonly rules: readonly AskedRule[]; readonly via: readonly string[]; readonly isFollowed: boolean }
): Promise<RecordFacts> {
  const meets = new Set(way.rules.filter((_, index) => holds[index]).map((rule) => rule.id))
  const behind = way.isFollowed && module.owner ? await allBehind(asking, module, id, way.via) : new Map()
  return { module, id, title, owner, groups, meets, behind }
}

/** The records that it follows, and the parents by which rules share it. */
async function allBehind(
  asking: Asking,
  module: Module,
  id: string,
  via: readonly string[]
): Promise<Map<string, readonly RecordFacts[]>> {
  const found = new Map<string, readonly RecordFacts[]>()
  const followed = followedLink(asking.organization, module, via)
  for (const name of new Set([...(followed === undefined ? [] : [followed]), ...parentLinks(asking, module)]))
    found.set(name, await behindLink(asking, module, { id, name, via, isFollowed: name === followed }))
  return found
}

function parentLinks({ organization }: Asking, module: Module): string[] {
  return Object.values(organization.model.rules).flatMap((rule) =>
    rule.related
      .filter((one) => one.module === module.name && module.links.get(one.link)?.to === rule.module)
      .map(({ link }) => link)
  )
}

async function behindLink(
  asking: Asking,
  from: Module,
  { id, name, via, isFollowed }: { id: string; name: string; via: readonly string[]; isFollowed: boolean }
): Promise<RecordFacts[]> {
  const link = from.links.get(name)
  const target = link && asking.catalog.modules.get(link.to)
  if (!link || !target) return []
  const rules = rulesOf(asking, target)
  const ask = { from, id, link, conditions: conditionsOf(rules), limit: mostBehind }
  const records = await insideLinked(asking.kernel, ask)
  return Promise.all(
    records.map((record) => factsOf(asking, target, record, { rules, via: [...via, from.name], isFollowed }))
  )
}
