/** What becomes of a form that a visitor sent: a mail to the owner of the address, whoever that is, and nothing a stranger could see
 *  the difference by (Z32, A30, A38). */
import type { Context } from '../../context.js'
import type { Locale } from '../../host/catalog.js'
import type { FieldValue } from '../../host/host.js'
import { addressFault } from '../../identity/outside-address.js'
import { writeMail, type MailTemplate } from '../../mail/write-mail.js'
import { portalUserByAddress, type PortalUser } from '../people/portal-users.js'
import { portalUrl } from '../portals/portals.js'
import { subjectOf } from './access-forms.js'
import { nameIn } from './names.js'
import type { OpenForm } from './open-forms.js'
import { confirmationHours, isWaiting, putRequest, subjectOfRequest } from './requests.js'

export interface Asked {
  /** In lower case. */
  readonly address: string
  readonly values: Readonly<Record<string, FieldValue>>
  readonly language: Locale
}

/** The mail that fits the address: to confirm it, or why it can't be used, or that it has what was asked for. */
export async function ask(context: Context, open: OpenForm, asked: Asked): Promise<void> {
  const { portal, form } = open
  if (await addressFault(context, asked.address)) return tell(context, open, asked, 'form-not-outside')
  const user = await portalUserByAddress(context.db, portal.id, asked.address)
  if (user) return tell(context, open, asked, mailFor(user))
  if (await isWaiting(context.db, form.id, asked.address)) return tell(context, open, asked, 'form-waiting')
  await askToConfirm(context, open, asked)
}

function mailFor({ status }: PortalUser): MailTemplate {
  if (status === 'confirmed') return 'form-known'
  return status === 'invited' ? 'form-invited' : 'form-closed'
}

/** The request and its mail are written together; the mails of requests that it replaces don't go any more. */
async function askToConfirm(context: Context, open: OpenForm, asked: Asked): Promise<void> {
  const { portal, form, module } = open
  const { address, values, language } = asked
  const name = nameIn(module, values) ?? address
  await context.db.transaction(async (trx) => {
    const put = await putRequest(trx, { formId: form.id, address, values, language, name }, context.now())
    const message = await writeMail({
      ...order(context, open, asked, 'form-confirmation'),
      link: `${portalUrl(context, portal)}/forms/${form.slug}/confirmation/${put.token}`,
      about: subjectOfRequest(put)
    })
    for (const id of put.replaced) await context.mail.withdraw(subjectOfRequest({ id }), trx)
    await context.mail.send(message, trx)
  })
}

async function tell(context: Context, open: OpenForm, asked: Asked, template: MailTemplate): Promise<void> {
  await context.mail.send(await writeMail(order(context, open, asked, template)))
}

/** Nothing that a visitor typed stands in it: it goes to whoever owns the address, and must not carry a stranger's words to him. */
function order(
  context: Context,
  { portal, form }: OpenForm,
  { address, language }: Asked,
  template: MailTemplate
): Parameters<typeof writeMail>[0] {
  return {
    template,
    locale: language,
    to: { name: '', address },
    args: { door: portal.name, count: confirmationHours },
    link: `${portalUrl(context, portal)}/sign-in`,
    about: subjectOf(form.id)
  }
}
