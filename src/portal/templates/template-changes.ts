/** Saving a template, and giving the default text its place back (Z17). */
import type { Knex } from 'knex'
import { changeConfiguration, ChangedMeanwhile } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { configuration } from '../configuration.js'
import { userTypeById } from '../user-types/releases.js'
import { templateAt, type Template, type TemplatePlace } from './mail-templates.js'
import { problemsIn, type TemplateForm } from './template-check.js'

/** A template as it is talked about in the audit list. */
export function templateSubject({ userTypeId, kind, language }: TemplatePlace): string {
  return `mail-template:${userTypeId}:${kind}:${language}`
}

/** Saves it in one language; the other languages stay as they are. `revision`: as the page showed it, 0 for the default text.
 *  @throws Invalid, NotFound, ChangedMeanwhile */
export async function saveTemplate(
  context: Context,
  place: TemplatePlace,
  { revision, ...form }: Template,
  by: Staff
): Promise<void> {
  await mustBeGood(context, place, form)
  const before = toldOf(await templateAt(context.db, place))
  await changeConfiguration(context, by, async (trx) => {
    await alone(trx, place)
    if (revision === 0) await insert(context, trx, place, form)
    else await update(trx, { ...place, revision }, form)
    return { action: 'template.saved', subject: templateSubject(place), before, after: toldOf(form) }
  })
}

/** The default text counts again. @throws NotFound, ChangedMeanwhile */
export async function resetTemplate(
  context: Context,
  place: TemplatePlace,
  revision: number,
  by: Staff
): Promise<void> {
  const before = toldOf(await templateAt(context.db, place))
  await changeConfiguration(context, by, async (trx) => {
    const gone = await trx('portico_mail_templates')
      .where({ ...keyOf(place), revision })
      .delete()
    if (gone === 0) throw new ChangedMeanwhile()
    return { action: 'template.reset', subject: templateSubject(place), before }
  })
}

/** @throws Invalid */
export async function mustBeGood(context: Context, place: TemplatePlace, form: TemplateForm): Promise<void> {
  const userType = userTypeById(await configuration(context.db), place.userTypeId)
  const module = (await context.host.catalog('en')).modules.get(userType.primaryModule)
  const problems = problemsIn(context.config, form, { kind: place.kind, module })
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
}

/** Of two who save the first text of their own, the second is told. */
async function alone(trx: Knex, { userTypeId: id }: TemplatePlace): Promise<void> {
  const userType: unknown = await trx('portico_user_types').first('id').where({ id }).forUpdate()
  if (!userType) throw new NotFound()
}

/** Its revision is one that no template before it had: whoever still shows an older one is told. */
async function insert(context: Context, trx: Knex, place: TemplatePlace, form: TemplateForm): Promise<void> {
  const known: unknown = await trx('portico_mail_templates').first('kind').where(keyOf(place))
  if (known) throw new ChangedMeanwhile()
  const revision = Math.floor(context.now() / 1000)
  await trx('portico_mail_templates').insert({ ...keyOf(place), ...rowOf(form), revision })
}

async function update(
  trx: Knex,
  { revision, ...place }: TemplatePlace & { revision: number },
  form: TemplateForm
): Promise<void> {
  const changed = await trx('portico_mail_templates')
    .where({ ...keyOf(place), revision })
    .update({ ...rowOf(form), revision: revision + 1 })
  if (changed === 0) throw new ChangedMeanwhile()
}

function keyOf({ userTypeId, kind, language }: TemplatePlace) {
  return { user_type_id: userTypeId, kind, language }
}

function rowOf({ subject, body, hasButton, senderName, senderAddress, replyTo }: TemplateForm) {
  return {
    subject,
    body,
    has_button: hasButton,
    sender_name: senderName,
    sender_address: senderAddress,
    reply_to: replyTo
  }
}

/** For the audit list. */
function toldOf({
  subject,
  body,
  hasButton,
  senderName,
  senderAddress,
  replyTo
}: TemplateForm): Record<string, unknown> {
  return { subject, body, hasButton, senderName, senderAddress, replyTo }
}
