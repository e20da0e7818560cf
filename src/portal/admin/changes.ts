/** The list of changes, told: the audit list keeps values before and after; here they become lines a reader understands, one for
 *  each thing that differs. */
import type { Request } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { StoredAuditEntry } from '../../audit/audit.js'
import { changesTold, isParts, partsOf, type Parts, type ShownChange } from '../../audit/shown-change.js'
import type { Context } from '../../context.js'
import type { Module } from '../../host/catalog.js'
import { translator } from '../../web/locale.js'
import { configuration } from '../configuration.js'
import { accessForms, type AccessForm } from '../forms/access-forms.js'
import { layoutSets } from '../layouts/layouts.js'
import { portalUsersById } from '../people/portal-users.js'
import { textOf, type Telling } from './change-texts.js'

/** The last changes of what `subjects` name, newest first. */
export async function changesOf(context: Context, req: Request, ...subjects: string[]): Promise<ShownChange[]> {
  const entries = await context.audit.list({ subject: subjects, limit: changesTold })
  const around = { ...(await readAround(context, req)), shownPeople: await shownPeople(context, req, entries) }
  return entries.map((entry) => shownChange(around, entry))
}

/** Ids of those portal users in `entries` whom the CRM does not hide from the reader. */
async function shownPeople(
  { db, kernel }: Context,
  { staff }: Request,
  entries: readonly StoredAuditEntry[]
): Promise<ReadonlySet<string>> {
  const ids = entries.map(({ after }) => partsOf(after)['portalUserId']).filter((id) => typeof id === 'string')
  const users = ids.length === 0 ? [] : [...(await portalUsersById(db, ids)).values()]
  const hidden = await hiddenAmong(kernel, staff, users)
  return new Set(users.map(({ id }) => id).filter((id) => !hidden.has(id)))
}

type Told = Telling & { readonly layoutNames: ReadonlyMap<string, string> }

type Around = Omit<Told, 'module'> & {
  readonly forms: ReadonlyMap<string, AccessForm>
  readonly shownPeople: ReadonlySet<string>
}

async function readAround(context: Context, req: Request): Promise<Omit<Around, 'shownPeople'>> {
  const layouts = [...(await layoutSets(context.db)).values()].flatMap((set) => set.layouts)
  return {
    t: translator(req.locale),
    catalog: await context.host.catalog(req.locale),
    all: await configuration(context.db),
    layoutNames: new Map(layouts.map(({ id, name }) => [id, name])),
    forms: await accessForms(context.db)
  }
}

function shownChange(around: Around, entry: StoredAuditEntry): ShownChange {
  const [before, after] = [partsOf(entry.before), partsOf(entry.after)]
  const named = around.catalog.modules.get(String(after['module'] ?? before['module'] ?? ''))
  const telling = { ...around, module: named ?? moduleAbout(around, entry) }
  const parts = { ...before, ...after }
  return {
    id: entry.id,
    at: entry.at,
    by: entry.actor.name,
    action: around.t(`portal:audit.${entry.action.replaceAll('.', '-')}`),
    about: isAboutPerson(entry) ? aboutPerson(parts) : aboutOf(around, named, parts),
    module: named?.name,
    details: differences(told(telling, before), told(telling, after))
  }
}

function isAboutPerson({ subject }: StoredAuditEntry): boolean {
  return subject.startsWith('portal-user:')
}

/** Whose fields a change of a user type or of one of its forms is about. */
function moduleAbout({ all, forms, catalog }: Around, { subject }: StoredAuditEntry): Module | undefined {
  const [kind = '', id = ''] = subject.split(':')
  const userTypeId = kind === 'form' ? forms.get(id)?.userTypeId : id
  return catalog.modules.get(all.userTypes.get(userTypeId ?? '')?.primaryModule ?? '')
}

function aboutOf({ t, shownPeople: shown }: Around, module: Module | undefined, parts: Parts): string | undefined {
  if ('portalUser' in parts && !shown.has(String(parts['portalUserId']))) return t('people:users.hidden')
  if (typeof parts['message'] === 'string') {
    const language = t(`portal:change.languages.${String(parts['language'])}`)
    return t('sms:text.title', { kind: t(`sms:kind.${parts['message']}`), language })
  }
  const about = module?.labelPlural ?? parts['module'] ?? parts['portalUser'] ?? parts['userType']
  return typeof about === 'string' ? about : undefined
}

/** In which module somebody is says nothing about what was done to him. */
function aboutPerson(parts: Parts): string | undefined {
  const about = parts['portalUser'] ?? parts['userType']
  return typeof about === 'string' ? about : undefined
}

/** Lines that say nothing on either side are left out. */
function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): ShownChange['details'] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? '', after: after.get(name) ?? '' }))
    .filter((line) => line.before !== line.after)
}

/** What stands in the name of the change already, or is nobody's business. */
const untold = new Set([
  'id',
  'revision',
  'module',
  'portalUser',
  'portalUserId',
  'recordId',
  'contactId',
  'message',
  'at'
])

function told(telling: Told, parts: Parts): Map<string, string> {
  return new Map(
    Object.entries(parts).flatMap(([name, value]) => (untold.has(name) ? [] : linesOf(telling, name, value)))
  )
}

/** What is kept as an id and told by its name. */
const aliases: Readonly<Record<string, string>> = { userTypeId: 'userType' }

type Line = readonly [name: string, text: string]

function linesOf(telling: Told, name: string, value: unknown): Line[] {
  const { t, layoutNames } = telling
  const key = `portal:change.${aliases[name] ?? name}`
  const own = t(key) === key ? name : t(key)
  if (name === 'fields') return fieldLines(telling, value, (field) => t('portal:change.field', { field }))
  if (name === 'layouts' && isParts(value))
    return Object.entries(value).flatMap(([id, fields]) =>
      fieldLines(telling, fields, (field) =>
        t('portal:change.fieldIn', { field, layout: layoutNames.get(id) ?? t('portal:change.layoutGone') })
      )
    )
  if (name === 'formats' && isParts(value))
    return Object.entries(value).flatMap(([kind, one]) => linesOf(telling, `${kind}Format`, one))
  return [[own, textOf(telling, name, value)]]
}

function fieldLines({ t, module }: Telling, value: unknown, nameOf: (field: string) => string): Line[] {
  return Object.entries(partsOf(value)).map(([field, how]) => [
    nameOf(module?.fields.get(field)?.label ?? field),
    t(`portal:change.released.${how === 'readOnly' ? 'readOnly' : 'editable'}`)
  ])
}
