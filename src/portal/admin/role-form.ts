/** The form of what a role gives of one module: levels, and fields as releases have them (E02, E09). */
import { z } from 'zod'
import type { Catalog, Module } from '../../host/catalog.js'
import { checkbox, readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import type { FieldRelease } from '../configuration.js'
import type { AccessLevels } from '../roles/levels.js'
import { blankModule, neverChanged } from '../roles/role-check.js'
import {
  leveledActions,
  levels,
  type Level,
  type LeveledAction,
  type PortalRole,
  type RoleModule
} from '../roles/roles.js'

export interface RolePlace {
  readonly catalog: Catalog
  readonly levels: AccessLevels
  readonly role: PortalRole
  readonly module: Module
}

/** Not set: the role says nothing, which denies like `no`. */
const notSet = ''
const level = z.enum([notSet, ...levels]).default(notSet)
/** Modules with hundreds of fields are nothing unusual. */
const words = z.array(z.string().max(200)).max(2000)
const schema = z.strictObject({
  revision: wholeNumber,
  create: checkbox,
  read: level,
  edit: level,
  delete: level,
  stream: level,
  visible: words,
  readOnly: words
})

/** @throws Invalid for what no browser sends from our form. */
export function readRoleModule(module: Module, body: unknown): { revision: number; draft: RoleModule } {
  const { revision, create, visible, readOnly, ...form } = readForm(schema, body)
  const fields = new Map(
    visible.map((name): [string, FieldRelease] => [name, readOnly.includes(name) ? 'readOnly' : 'editable'])
  )
  const given = (word: Level | typeof notSet): Level | undefined => (word === notSet ? undefined : word)
  return {
    revision,
    draft: {
      module: module.name,
      mayCreate: create,
      levels: {
        read: given(form.read),
        edit: given(form.edit),
        delete: given(form.delete),
        stream: given(form.stream)
      },
      fields
    }
  }
}

/** What a module begins with: no right, and of the fields its name and what a new record can't do without. */
export function firstModule(module: Module): RoleModule {
  const needed = [...module.fields.values()].filter(
    (field) => field.required && !field.readOnly && field.default === null
  )
  const fields = new Map<string, FieldRelease>([[module.title, 'readOnly']])
  for (const { name } of needed) fields.set(name, 'editable')
  return { ...blankModule(module.name), fields }
}

/** Everything the form's view prints. */
export function roleSheet(t: Translate, place: RolePlace, given: RoleModule): Record<string, unknown> {
  const { module } = place
  return {
    mayCreate: given.mayCreate,
    isPart: module.partOf !== undefined,
    actions: actionsFor(module).map((action) => ({
      name: action,
      label: t(`roles:action.${action}`),
      value: given.levels[action] ?? notSet,
      options: choicesFor(module).map((value) => ({ value, label: levelText(t, module, value) }))
    })),
    fields: fieldRows(t, place, given)
  }
}

/** Line items have no stream of their own. */
function actionsFor(module: Module): readonly LeveledAction[] {
  return leveledActions.filter((action) => action !== 'stream' || (module.hasFeed && !module.partOf))
}

/** Of line items a role only says whether: how far is said where the record they are part of is. */
function choicesFor(module: Module): readonly (Level | typeof notSet)[] {
  return module.partOf ? [notSet, 'no', 'all'] : [notSet, ...levels]
}

/** A level in words; that of line items follows the record they are part of. */
export function levelText(t: Translate, module: Module | undefined, given: Level | typeof notSet | undefined): string {
  if (!given) return t('roles:level.notSet')
  return t(module?.partOf && given !== 'no' ? 'roles:level.withRecord' : `roles:level.${given}`)
}

function fieldRows(
  t: Translate,
  { catalog, levels: known, role, module }: RolePlace,
  given: RoleModule
): Record<string, unknown>[] {
  const never = neverChanged({ catalog, levels: known }, role, module)
  return [...module.fields.values()].map((field) => {
    const why = never.get(field.name)
    return {
      name: field.name,
      label: field.label,
      isRequired: field.required && !field.readOnly,
      isVisible: given.fields.has(field.name),
      isReadOnly: given.fields.get(field.name) !== 'editable',
      note: why === 'decides' ? t('roles:field.decides') : undefined,
      whyReadOnly: why && why !== 'decides' ? t(`portal:release.never.${why}`) : undefined
    }
  })
}
