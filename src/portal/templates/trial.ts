/** Trying a template out: the preview with somebody's data, and a test mail to the staff member who asks (Z17). Nothing is saved. */
import { momentAt } from '../../db/moment.js'
import type { Context } from '../../context.js'
import { PorticoError } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { timeValid } from '../../mail/write-mail.js'
import { asHtml } from '../../messages/merge-fields.js'
import { configuration, type Portal, type UserType } from '../configuration.js'
import { portalById, portalUrl } from '../portals/portals.js'
import { writeLetter, type Letter } from './letter.js'
import { letterValues, type Occasion } from './letter-values.js'
import type { Template, TemplatePlace } from './mail-templates.js'
import { inLanguage, type Person } from './sample-people.js'
import { envelopeOf } from './template-sender.js'

export interface Trial {
  readonly place: TemplatePlace
  readonly userType: UserType
  readonly template: Template
  /** Whose data stands in it. */
  readonly person: Person
  readonly staff: Staff
}

/** The letter as he would get it; its link is an example that leads nowhere. */
export async function tryOut(context: Context, trial: Trial): Promise<Letter> {
  const { place, userType, template, person, staff } = trial
  const { kind, language } = place
  const portal = portalById(await configuration(context.db), userType.portalId)
  const values = await letterValues(
    context,
    template,
    inLanguage(person, language),
    occasionOf(context, trial, portal, staff)
  )
  return writeLetter(template, { kind, language, portal }, { ...values, link: exampleLink(context, place, portal) })
}

function occasionOf(context: Context, { place: { kind, language } }: Trial, portal: Portal, staff: Staff): Occasion {
  const time = kind === 'password-reset' ? { hours: 1 } : { days: context.config.invitationDays }
  return { portal, by: staff.name, valid: timeValid(language, time) }
}

const pathTo = { invitation: 'invitation', confirmation: 'confirmation', 'password-reset': 'reset' } as const

function exampleLink(context: Context, { kind }: TemplatePlace, portal: Portal): string {
  return `${portalUrl(context, portal)}/${pathTo[kind]}/example`
}

const mostTests = 10
const hour = 60 * 60 * 1000

/** Sends it to the staff member's own address, marked as a test. @throws PorticoError: he has no address, or has had enough of them */
export async function sendTest(context: Context, trial: Trial): Promise<string> {
  const { staff, template, place } = trial
  if (!staff.email) throw new PorticoError('templates:refusal.noAddress', { status: 409 })
  const about = `staff:${staff.id}`
  await mustBeFew(context, about)
  const letter = marked(await tryOut(context, trial), context.t(place.language)('templates:test.mark'))
  await context.mail.send({
    ...letter,
    ...envelopeOf(context.config, template),
    to: { name: staff.name, address: staff.email },
    about,
    kind: 'test'
  })
  return staff.email
}

async function mustBeFew(context: Context, about: string): Promise<void> {
  const rows: { sent: number | string }[] = await context
    .db('portico_mail')
    .where({ about, kind: 'test' })
    .andWhere('created_at', '>', momentAt(context.now() - hour))
    .select(context.db.raw('count(*) as sent'))
  if (Number(rows[0]?.sent ?? 0) >= mostTests)
    throw new PorticoError('templates:refusal.tooMany', { status: 409, args: { count: mostTests } })
}

function marked({ subject, text, html }: Letter, mark: string): Letter {
  const line = `<p style="max-width:560px;margin:0 auto 16px;font-weight:600">${asHtml(mark)}</p>`
  return {
    subject: `[Test] ${subject}`,
    text: `${mark}\n\n${text}`,
    html: html.replace(/<body[^>]*>/, (body) => `${body}\n  ${line}`)
  }
}
