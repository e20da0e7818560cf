/** The form of a profile: its overriding privileges, and a line of boxes for each module (S01). */
import { z } from 'zod'
import type { Catalog, Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { checkbox, line, readForm, type Typed } from '../../web/forms.js'
import { same } from '../draft.js'
import { otherModules, type ModuleRights, type Profile } from '../model.js'
import { rightsIn } from '../organization.js'
import { modulesAfter } from '../profiles.js'
import { isHostsAffair } from '../scope.js'
import { moduleName, type Naming } from './naming.js'
import { rightsText } from './telling.js'

const rights = ['view', 'create', 'edit', 'delete'] as const

/** Modules by name; CRMs with hundreds of them are nothing unusual. */
const modules = z.array(z.string().max(64)).max(2000)

const schema = z.strictObject({
  stamp: z.string().max(64),
  name: line(100),
  description: z.string().trim().max(500),
  viewAll: checkbox,
  editAll: checkbox,
  /** The lines that the form has. */
  module: modules,
  view: modules,
  create: modules,
  edit: modules,
  delete: modules
})

/** What a form makes of the profile it showed. @throws Invalid for what can't be taken. */
export function readProfile(body: unknown): { stamp: string; change(before: Profile): Profile } {
  const { stamp, ...form } = readForm(schema, body)
  const { name, description, viewAll, editAll } = form
  const shown = Object.fromEntries(form.module.map((module) => [module, rightsTyped(form, module)]))
  return {
    stamp,
    change: (before) => ({
      name,
      ...(description === '' ? {} : { description }),
      viewAll,
      editAll,
      modules: modulesAfter(before, shown)
    })
  }
}

type Ticked = Readonly<Record<(typeof rights)[number], readonly string[]>>

function rightsTyped(ticked: Ticked, module: string): ModuleRights {
  const has = (right: keyof Ticked): boolean => ticked[right].includes(module)
  return { view: has('view'), create: has('create'), edit: has('edit'), delete: has('delete') }
}

/** The profile as somebody typed it, taken or not. */
export function typedProfile(profile: Profile, typed: Typed): Profile {
  if (typed['module'] === undefined) return profile
  const list = (name: string): string[] => [typed[name] ?? []].flat()
  const ticked = { view: list('view'), create: list('create'), edit: list('edit'), delete: list('delete') }
  return {
    name: String(typed['name'] ?? ''),
    description: String(typed['description'] ?? ''),
    viewAll: typed['viewAll'] !== undefined,
    editAll: typed['editAll'] !== undefined,
    modules: {
      ...profile.modules,
      ...Object.fromEntries(list('module').map((module) => [module, rightsTyped(ticked, module)]))
    }
  }
}

/** A line for each module, then for those that come later; last those the CRM no longer has. */
export function moduleRows(
  naming: Naming,
  profile: Profile,
  { current, errors }: { current: Profile | undefined; errors: Readonly<Record<string, FieldError>> }
): Record<string, unknown>[] {
  const known = modulesWithRights(naming.catalog).map(({ name }) => name)
  const gone = Object.keys(profile.modules).filter((name) => name !== otherModules && !known.includes(name))
  return [...known, otherModules, ...gone].map((name) => {
    const given = rightsIn(profile, name)
    const before = current && rightsIn(current, name)
    return {
      name,
      label: name === otherModules ? naming.t('sharing:profile.otherModules') : moduleName(naming, name),
      icon: naming.catalog.modules.get(name)?.icon ?? 'boxes',
      isOthers: name === otherModules,
      isGone: gone.includes(name),
      rights: rights.map((right) => ({ name: right, isGiven: given[right] })),
      inForce: before && !same(before, given) ? rightsText(naming, before) : undefined,
      error: errors[name]
    }
  })
}

/** Line items follow the record they are part of, and staff themselves are the CRM's own affair. */
function modulesWithRights({ modules: all }: Catalog): Module[] {
  return [...all.values()].filter((module) => !module.partOf && !isHostsAffair(module))
}
