/** Modules that follow others: whoever may see, edit or delete an account may do so with its contacts (S06). */
import type { Catalog, Link, Module } from '../host/catalog.js'
import type { FieldError } from '../host/host.js'
import { named, type Model } from './model.js'
import { deepestFollowing, hasOwners } from './scope.js'

/** What a module can follow: its links to one record of another module whose records belong to somebody. */
export function leadersOf({ modules }: Catalog, module: Module): Link[] {
  return [...module.links.values()].filter(({ to, cardinality }) => {
    const target = modules.get(to)
    return cardinality === 'one' && to !== module.name && target !== undefined && hasOwners(target)
  })
}

/** What is wrong with the followings that `defaults` ask for, by module. What the CRM no longer has leads nowhere. */
export function followingProblems(catalog: Catalog, defaults: Model['defaults']): Record<string, FieldError> {
  const problems: Record<string, FieldError> = {}
  for (const name of Object.keys(defaults)) {
    const problem = followingProblem(catalog, defaults, name)
    if (problem) problems[name] = problem
  }
  return problems
}

function followingProblem(catalog: Catalog, defaults: Model['defaults'], name: string): FieldError | undefined {
  const followed = chainFrom(catalog, defaults, name)
  const chain = [name, ...followed].map((one) => catalog.modules.get(one)?.labelPlural ?? one).join(' → ')
  if (followed.includes(name)) return { key: 'sharing:problem.circle', args: { chain } }
  const isDeep = followed.length > deepestFollowing
  return isDeep ? { key: 'sharing:problem.deep', args: { chain, max: deepestFollowing } } : undefined
}

/** The modules that this one follows, one after the other, up to where the chain ends or comes round. */
export function chainFrom(catalog: Catalog, defaults: Model['defaults'], name: string): readonly string[] {
  const chain: string[] = []
  for (let here = leaderOf(catalog, defaults, name); here !== undefined; here = leaderOf(catalog, defaults, here)) {
    const isRound = chain.includes(here)
    if (isRound) break
    chain.push(here)
  }
  return chain
}

function leaderOf({ modules }: Catalog, defaults: Model['defaults'], name: string): string | undefined {
  const link = modules.get(name)?.links.get(named(defaults, name)?.follows ?? '')
  return link && modules.has(link.to) ? link.to : undefined
}
