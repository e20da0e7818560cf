/** The list of changes, where what was before and after is told in words of the external users' own. */
import type { Request } from 'express'
import type { StoredAuditEntry } from '../../audit/audit.js'
import { changesTold, partsOf, type Parts, type ShownChange } from '../../audit/shown-change.js'
import type { Context } from '../../context.js'
import type { Catalog } from '../../host/catalog.js'
import type { Translate } from '../../web/locale.js'
import { headerColumns, kinds, type Kind } from '../kinds.js'
import { settingsSchema, type Part, type ProjectSettings } from '../project-settings.js'

/** What a side of a change says, by what each line is about. */
export type Lines = ReadonlyMap<string, string>

/** One line for each thing that differs. */
export function toldChange(t: Translate, linesOf: (value: unknown) => Lines, entry: StoredAuditEntry): ShownChange {
  const { id, at, actor, action, before, after } = entry
  const [was, is] = [linesOf(before), linesOf(after)]
  const details = [...new Set([...was.keys(), ...is.keys()])]
    .map((name) => ({ name, before: was.get(name) ?? '', after: is.get(name) ?? '' }))
    .filter((line) => line.before !== line.after)
  const said = t(`portal:audit.${action.replaceAll('.', '-')}`)
  return { id, at, by: actor.name, action: said, details, about: undefined, module: undefined }
}

async function toldOf(
  context: Context,
  req: Request,
  subject: string,
  linesOf: (value: unknown) => Lines
): Promise<ShownChange[]> {
  const entries = await context.audit.list({ subject, limit: changesTold })
  return entries.map((entry) => toldChange(context.t(req.locale), linesOf, entry))
}

// --- an external user ---

/** What was done to somebody, or by him. */
export function userChanges(context: Context, req: Request, subject: string): Promise<ShownChange[]> {
  const t = context.t(req.locale)
  return toldOf(context, req, subject, (value) => userLines(t, seenParts(req, value)))
}

/** The number for codes is for administrators alone (T04). */
function seenParts(req: Request, value: unknown): Parts {
  const { phone, ...others } = partsOf(value)
  return req.staff.isAdministrator ? { ...others, phone } : others
}

function userLines(t: Translate, { status, phone, moduleRights }: Parts): Lines {
  const lines = new Map<string, string>()
  if (typeof status === 'string') lines.set(t('external:users.status'), t(`external:status.${status}`))
  if (typeof phone === 'string') lines.set(t('guests-admin:signIn.phone'), phone)
  if (Array.isArray(moduleRights))
    lines.set(
      t('guests-admin:moduleRights.title'),
      moduleRights.map((kind) => t(`external:kind.${String(kind)}`)).join(', ')
    )
  return lines
}

// --- the list of responsibilities ---

export function responsibilityChanges(context: Context, req: Request, subject: string): Promise<ShownChange[]> {
  const name = context.t(req.locale)('guests-admin:section.responsibilities')
  return toldOf(context, req, subject, (value) => {
    const { responsibilities } = partsOf(value)
    return new Map([[name, Array.isArray(responsibilities) ? responsibilities.map(String).join(', ') : '']])
  })
}

// --- released fields ---

export function fieldChanges(
  context: Context,
  req: Request,
  subject: string,
  labels: ReadonlyMap<string, string>
): Promise<ShownChange[]> {
  const name = context.t(req.locale)('guests-admin:fields.fields')
  const told = (value: unknown): string =>
    (Array.isArray(value) ? value : []).map((field) => labels.get(String(field)) ?? String(field)).join(', ')
  return toldOf(context, req, subject, (value) => new Map([[name, told(value)]]))
}

// --- the project settings ---

/** Of what administrators chose; what was proposed has no words of its own. */
export function settingsChanges(
  context: Context,
  req: Request,
  subject: string,
  catalog: Catalog
): Promise<ShownChange[]> {
  const t = context.t(req.locale)
  return toldOf(context, req, subject, (value) => {
    const settings = settingsSchema.safeParse(value)
    return settings.success
      ? settingsLines(t, catalog, settings.data)
      : new Map([[t('guests-admin:settings.title'), t('guests-admin:settings.asProposed')]])
  })
}

function settingsLines(t: Translate, catalog: Catalog, settings: ProjectSettings): Lines {
  const { module, endDate, timeZone, parts, folders, file, holders } = settings
  const lines = new Map<string, string>([
    [t('guests-admin:settings.projects'), moduleLabel(catalog, module)],
    [t('guests-admin:settings.endDate'), fieldLabel(catalog, module, endDate)],
    [
      t('guests-admin:settings.zoneField'),
      'zone' in timeZone ? timeZone.zone : fieldLabel(catalog, module, timeZone.field)
    ],
    [t('guests-admin:settings.folders'), folders ? moduleLabel(catalog, folders.module) : ''],
    [t('guests-admin:settings.file'), file ? fieldLabel(catalog, parts.documents?.module ?? '', file) : '']
  ])
  for (const kind of kinds) {
    const part = parts[kind]
    if (part) for (const [name, text] of partLines(t, catalog, kind, part)) lines.set(name, text)
    if (holders[kind]) lines.set(t('guests-admin:settings.holder', { kind: t(`external:kind.${kind}`) }), holders[kind])
  }
  return lines
}

function partLines(t: Translate, catalog: Catalog, kind: Kind, part: Part): [string, string][] {
  const label = t(`external:kind.${kind}`)
  const columns = (headerColumns[kind] ?? []).map(({ id }): [string, string] => {
    const fields = (part.columns[id] ?? []).map((field) => fieldLabel(catalog, part.module, field))
    return [
      t('guests-admin:settings.columnOf', { kind: label, column: t(`guests-admin:column.${kind}.${id}`) }),
      fields.join(', ')
    ]
  })
  const minutes = part.minutes ? fieldLabel(catalog, part.module, part.minutes) : ''
  return [
    [label, moduleLabel(catalog, part.module)],
    ...columns,
    [t('guests-admin:settings.columnOf', { kind: label, column: t('guests-admin:settings.minutes') }), minutes]
  ]
}

function moduleLabel({ modules }: Catalog, name: string): string {
  return modules.get(name)?.labelPlural ?? name
}

function fieldLabel({ modules }: Catalog, module: string, name: string): string {
  return modules.get(module)?.fields.get(name)?.label ?? name
}
