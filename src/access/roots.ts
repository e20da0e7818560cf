/** Whether the records a condition means can be found starting from constants (a viewer's own id), and whether there is at most one. */
import { moduleOf, type Catalog, type Link, type Module } from '../host/catalog.js'
import type { Condition } from './condition.js'
import { ID } from './condition.js'

/** `none`: only by walking the module; `many`: from constants, several; `one`: from constants, at most one. */
export type Root = 'none' | 'one' | 'many'

export function rootOf(catalog: Catalog, module: Module, condition: Condition): Root {
  switch (condition.kind) {
    case 'always':
    case 'compare':
    case 'owned':
    case 'unlinked':
    case 'not':
      return 'none'
    case 'never':
      return 'one'
    case 'oneOf':
      return condition.field !== ID ? 'none' : condition.values.length === 1 ? 'one' : 'many'
    case 'joined':
      return condition.match === ID ? 'many' : 'none'
    case 'descended':
      return 'many'
    case 'linked':
      return rootOfLink(catalog, linkOf(module, condition.link), condition.condition)
    case 'all':
      return best(condition.of.map((part) => rootOf(catalog, module, part)))
    case 'any':
      return condition.of.every((part) => rootOf(catalog, module, part) !== 'none') ? 'many' : 'none'
  }
}

function rootOfLink(catalog: Catalog, link: Link, condition: Condition): Root {
  const far = rootOf(catalog, moduleOf(catalog, link.to), condition)
  if (far === 'none') return 'none'
  return link.storage.kind === 'reverse' ? far : 'many'
}

function best(roots: readonly Root[]): Root {
  return roots.includes('one') ? 'one' : roots.includes('many') ? 'many' : 'none'
}

/** The link called `name`. @throws CannotCompile when the module has none: a policy that speaks of it must not widen. */
export function linkOf(module: Module, name: string): Link {
  const link = module.links.get(name)
  if (!link) throw new CannotCompile(`${module.name} has no link ${name}.`)
  return link
}

/** A condition that can't be turned into SQL. It is a fault of configuration or program; nobody sees anything by it. */
export class CannotCompile extends Error {}
