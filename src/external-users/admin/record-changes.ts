/** Who changed the rights of a record and who is responsible for it, told for the list of changes. */
import type { Request } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { StoredAuditEntry } from '../../audit/audit.js'
import { changesTold, isParts, partsOf, type Parts, type ShownChange } from '../../audit/shown-change.js'
import type { Context } from '../../context.js'
import type { Translate } from '../../web/locale.js'
import { externalUsersById, type ExternalUser } from '../external-users.js'
import { everybody, rights } from '../object-rights.js'
import { toldChange } from './told-changes.js'

const actions = ['project.security-changed', 'record.rights-changed', 'record.responsible-changed']

/** The last changes of what may be done with these subjects, newest first, each with what `aboutOf` calls its own; somebody whom the CRM hides
 *  has no name here. */
export async function recordChanges(
  context: Context,
  req: Request,
  subject: string | readonly string[],
  known: readonly ExternalUser[],
  aboutOf: (subject: string) => string | undefined = () => undefined
): Promise<ShownChange[]> {
  const entries = (await context.audit.list({ subject, limit: mostRead })).filter(({ action }) =>
    actions.includes(action)
  )
  const told = entries.slice(0, changesTold)
  const names = await namesIn(context, req, told, known)
  const t = context.t(req.locale)
  return told.map((entry) => ({
    ...toldChange(t, (value) => linesOf(t, names, partsOf(value)), entry),
    about: aboutOf(entry.subject)
  }))
}

/** Other things happen to projects, too. */
const mostRead = 50

type Names = (grantee: string) => string

async function namesIn(
  context: Context,
  req: Request,
  entries: readonly StoredAuditEntry[],
  known: readonly ExternalUser[]
): Promise<Names> {
  const t = context.t(req.locale)
  const ids = new Set(entries.flatMap(({ before, after }) => [before, after].flatMap(idsIn)))
  const missing = [...ids].filter((id) => !known.some((user) => user.id === id))
  const users = [...known, ...(await externalUsersById(context.db, missing))]
  const hidden = await hiddenAmong(context.kernel, req.staff, users)
  const names = new Map(users.map((user) => [user.id, hidden.has(user.id) ? t('external:users.hidden') : user.name]))
  return (id) => (id === everybody ? t('guests-admin:rights.group') : (names.get(id) ?? t('guests-admin:rights.gone')))
}

function idsIn(value: unknown): string[] {
  const { responsible, ...said } = partsOf(value)
  return [...(Array.isArray(responsible) ? responsible.map(String) : []), ...Object.keys(said)]
}

function linesOf(t: Translate, names: Names, parts: Parts): Map<string, string> {
  return new Map(
    Object.entries(parts).flatMap(([name, value]): [string, string][] => {
      if (name === 'responsible')
        return [[t('guests-admin:responsible.title'), [value].flat().map(String).map(names).join(', ')]]
      if (name === 'externalUsersRead') return value === true ? [[names(everybody), wordsOf(t, { read: 'allow' })]] : []
      return isParts(value) ? [[names(name), wordsOf(t, value)]] : []
    })
  )
}

function wordsOf(t: Translate, said: Parts): string {
  return rights
    .flatMap((right) => (said[right] ? [t(`guests-admin:change.${right}.${String(said[right])}`)] : []))
    .join(', ')
}
