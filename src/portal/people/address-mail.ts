/** Telling portal users that their portal has a new name or a new address (Z01). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import type { Locale } from '../../host/catalog.js'
import type { Message } from '../../mail/mail.js'
import { writeMail, type MailTemplate } from '../../mail/write-mail.js'
import { formatFor } from '../../web/format.js'
import type { Portal } from '../configuration.js'
import { shownUrl } from '../portals/addresses.js'
import { portalUrl, type Move } from '../portals/portals.js'
import { subjectOf } from './portal-users.js'

interface Addressee {
  readonly id: string
  readonly identity_id: string
  readonly name: string
  readonly address: string
  readonly language: Locale
}

/** One statement takes and gives so many. */
const batch = 200

/** Who gets the mail: whoever has confirmed his access. Invitations under way need none, because their links lead on. */
function confirmed(db: Knex, portalId: string) {
  return db<Addressee & { portal_id: string; status: string }>('portico_portal_users')
    .where({ portal_id: portalId, status: 'confirmed' })
    .whereNotNull('identity_id')
}

/** How many people `tellUsers` would write to; nobody while the portal is off. */
export async function usersToTell(db: Knex, portal: Pick<Portal, 'id' | 'isActive'>): Promise<number> {
  if (!portal.isActive) return 0
  const rows: { users: number | string }[] = await confirmed(db, portal.id).select(db.raw('count(*) as users'))
  return Number(rows[0]?.users ?? 0)
}

/** Queues a mail to each of them in his own language, within the transaction of the move. */
export async function tellUsers(context: Context, move: Move, trx: Knex): Promise<void> {
  const template = templateFor(context, move)
  if (!template || !move.before.isActive) return
  for (let last: string | undefined = ''; last !== undefined;) {
    const people: Addressee[] = await confirmed(trx, move.before.id)
      .select('id', 'identity_id', 'name', 'address', 'language')
      .andWhere('id', '>', last)
      .orderBy('id')
      .limit(batch)
    const locales = await context.identity.localesOf(
      people.map((person) => person.identity_id),
      trx
    )
    const messages = people.map((person) =>
      messageTo(context, person, { move, template, locale: locales.get(person.identity_id) ?? person.language })
    )
    await context.mail.sendAll(await Promise.all(messages), trx)
    last = people.at(-1)?.id
  }
}

/** A new address is one that people are told; below the public address it may change behind a custom URL (E06). */
function templateFor(context: Context, { before, after }: Move): MailTemplate | undefined {
  const isRenamed = before.name !== after.name
  if (portalUrl(context, before) === portalUrl(context, after)) return isRenamed ? 'portal-renamed' : undefined
  return isRenamed ? 'portal-moved-and-renamed' : 'portal-moved'
}

/** What becomes of the address so far: nothing leads on from a custom URL. */
function oldAddressIn(context: Context, { before, until }: Move, locale: Locale): string {
  const old = shownUrl(context, before)
  const t = context.t(locale)
  if (before.customUrl !== undefined) return t('addresses:mail.gone', { old })
  if (until === undefined) return t('addresses:mail.stays', { old })
  return t('addresses:mail.until', { old, until: formatFor(locale, before).date(until) })
}

function messageTo(
  context: Context,
  person: Addressee,
  { move, template, locale }: { move: Move; template: MailTemplate; locale: Locale }
): Promise<Message> {
  const { before, after } = move
  const link = portalUrl(context, after)
  return writeMail({
    template,
    locale,
    to: { name: person.name, address: person.address },
    args: { door: after.name, before: before.name, oldAddress: oldAddressIn(context, move, locale) },
    link,
    about: subjectOf(person)
  })
}
