/** The form of a project's member: what it offers, and what was typed into it. */
import type { Request } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import { locales, type Locale } from '../../host/catalog.js'
import { checkbox, readForm, wholeNumber } from '../../web/forms.js'
import { languageChoices } from '../../web/locale.js'
import type { Again } from '../../web/submit.js'
import { rateIn } from '../hourly-rate.js'
import type { Entry } from '../invitation.js'
import { kinds, type Kind } from '../kinds.js'
import type { Doing, MemberChange, NewMember } from '../memberships.js'
import { projectsOf } from '../project.js'
import { responsibilities, type Responsibility } from '../responsibilities.js'

/** What was done to a member, to be said on the page that follows. */
export const memberOutcomes = [
  'member',
  'invited',
  'created',
  'changed',
  'deactivated',
  'activated',
  'removal',
  'removalOnly',
  'invitation',
  'password',
  'mailbox',
  'connected',
  'unconnected'
] as const
export type MemberOutcome = (typeof memberOutcomes)[number]

const doing = { hourlyRate: z.string().max(40), responsibilities: z.array(z.string().max(36)) }
const rights = z.array(z.enum(kinds))

const newForm = z.strictObject({
  ...doing,
  contact: z.string().min(1).max(36),
  way: z.enum(['mail', 'login']),
  loginName: z.string().trim().max(254).default(''),
  password: z.string().default(''),
  language: z.enum(locales),
  rights
})
const knownForm = z.strictObject({ ...doing, person: z.string().min(1).max(36) })
const changeForm = z.strictObject({
  ...doing,
  membership: wholeNumber,
  user: wholeNumber,
  deactivated: checkbox,
  'rights-form': checkbox,
  rights
})

/** @throws Invalid */
export function newMemberIn(projectId: string, body: unknown): NewMember {
  if (isOf('person', body)) {
    const { person: personId, ...form } = readForm(knownForm, body)
    return { projectId, joining: { kind: 'known', personId }, ...doingIn(form) }
  }
  const { contact: contactId, language, ...form } = readForm(newForm, body)
  const joining = { kind: 'new', contactId, language, entry: entryIn(form), rights: new Set(form.rights) } as const
  return { projectId, joining, ...doingIn(form) }
}

function isOf(name: string, body: unknown): boolean {
  return typeof body === 'object' && body !== null && name in body
}

function entryIn({ way, loginName, password }: Pick<z.infer<typeof newForm>, 'way' | 'loginName' | 'password'>): Entry {
  if (way === 'login') return { way, loginName, password }
  if (loginName !== '') throw new Invalid({ loginName: { key: 'external:add.notWithMail' } })
  return { way }
}

/** @throws Invalid */
export function memberChangeIn({ params, body }: Request): MemberChange {
  const form = readForm(changeForm, body)
  return {
    projectId: String(params['project']),
    personId: String(params['person']),
    seen: { membership: form.membership, user: form.user },
    isDeactivated: form.deactivated,
    rights: form['rights-form'] || form.rights.length > 0 ? new Set(form.rights) : undefined,
    ...doingIn(form)
  }
}

function doingIn(form: { hourlyRate: string; responsibilities: string[] }): Doing {
  return { hourlyRate: rateIn(form.hourlyRate, 'hourlyRate'), responsibilities: form.responsibilities }
}

// --- what the form shows ---

/** What a member has, as the form begins. */
interface Has {
  readonly hourlyRate: number | undefined
  readonly responsibilities: readonly Responsibility[]
  readonly rights: ReadonlySet<Kind>
}

export const hasNothing: Has = { hourlyRate: undefined, responsibilities: [], rights: new Set() }

/** Rate, responsibilities and module rights: as typed, or as they are. */
export async function memberFields(
  context: Context,
  req: Request,
  has: Has,
  again: Again | undefined
): Promise<Record<string, unknown>> {
  const { entries } = await responsibilities(context.db)
  const own = has.responsibilities.map(({ id }) => id)
  return {
    hourlyRate: again?.typed['hourlyRate'] ?? writtenRate(req.locale, has.hourlyRate),
    responsibilities: {
      choices: entries
        .filter(({ id, isOffered }) => isOffered || own.includes(id))
        .map(({ id, label }) => ({ value: id, label })),
      chosen: typedList(again, 'responsibilities') ?? own
    },
    rights: {
      choices: await rightChoices(context, req, has.rights),
      chosen: typedList(again, 'rights') ?? [...has.rights]
    },
    languages: languageChoices
  }
}

/** The kinds that this CRM has, in the order of the source, and what he has besides. */
async function rightChoices(
  context: Context,
  { locale }: Request,
  has: ReadonlySet<Kind>
): Promise<{ value: Kind; label: string }[]> {
  const { parts } = await projectsOf(context, locale)
  const t = context.t(locale)
  return kinds
    .filter((kind) => parts.has(kind) || has.has(kind))
    .map((kind) => ({ value: kind, label: t(`external:kind.${kind}`) }))
}

/** What was ticked in a form that comes again; nothing ticked is nothing chosen. */
function typedList(again: Again | undefined, name: string): readonly string[] | undefined {
  return again && [again.typed[name] ?? []].flat()
}

/** As the reader would type it. */
function writtenRate(locale: Locale, hundredths: number | undefined): string {
  if (hundredths === undefined) return ''
  const format = { minimumFractionDigits: 2, maximumFractionDigits: 2, useGrouping: false } as const
  return new Intl.NumberFormat(locale, format).format(hundredths / 100)
}
