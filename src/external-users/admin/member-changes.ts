/** Who changed the members of a project, told for the list of changes: somebody whom the CRM hides has no name here. */
import type { Request } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { StoredAuditEntry } from '../../audit/audit.js'
import { changesTold, partsOf, type Parts, type ShownChange } from '../../audit/shown-change.js'
import type { Context } from '../../context.js'
import { formatFor, type Format } from '../../web/format.js'
import type { Translate } from '../../web/locale.js'
import { externalUsersById } from '../external-users.js'
import { currency } from '../hourly-rate.js'
import { toldChange } from './told-changes.js'

/** Other things happen to projects, too. */
const mostRead = 50
const actions = ['membership.added', 'membership.changed', 'membership.removed']

/** The last changes, newest first. */
export async function memberChanges(context: Context, req: Request, projectId: string): Promise<ShownChange[]> {
  const entries = await context.audit.list({ subject: `project:${projectId}`, limit: mostRead })
  const told = entries.filter(({ action }) => actions.includes(action)).slice(0, changesTold)
  const users = await externalUsersById(context.db, [...new Set(told.map(personIn))])
  const hidden = await hiddenAmong(context.kernel, req.staff, users)
  const t = context.t(req.locale)
  const telling = { t, format: formatFor(req.locale, req.staff) }
  return told.map((entry) =>
    shownChange(telling, entry, hidden.has(personIn(entry)) ? t('external:users.hidden') : nameIn(entry))
  )
}

interface Telling {
  readonly t: Translate
  readonly format: Format
}

function shownChange(telling: Telling, entry: StoredAuditEntry, name: string): ShownChange {
  return { ...toldChange(telling.t, (value) => linesOf(telling, partsOf(value)), entry), about: name }
}

function linesOf({ t, format }: Telling, parts: Parts): Map<string, string> {
  const rate = parts['hourlyRate']
  const list = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(', ') : '')
  const rights = [parts['moduleRights'] ?? []].flat().map((kind) => t(`external:kind.${String(kind)}`))
  return new Map([
    [t('external:member.rate'), typeof rate === 'string' ? format.money(rate, currency) : ''],
    [t('external:member.responsibilities'), list(parts['responsibilities'])],
    [t('external:member.rights'), rights.join(', ')]
  ])
}

function personIn({ before, after }: StoredAuditEntry): string {
  return String({ ...partsOf(before), ...partsOf(after) }['personId'] ?? '')
}

function nameIn({ before, after }: StoredAuditEntry): string {
  return String({ ...partsOf(before), ...partsOf(after) }['person'] ?? '')
}
