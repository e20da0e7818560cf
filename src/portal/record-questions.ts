/** What the portal module asks staff before they change somebody's address or make a contact of a lead: it changes his access (Z20, Z24). */
import type { Context } from '../context.js'
import type { Locale } from '../host/catalog.js'
import type { Doing, RecordAsk, RecordQuestion } from '../hooks.js'
import { shownAddress } from '../phone-number.js'
import type { Translate } from '../web/locale.js'
import { configuration, type Configuration } from './configuration.js'
import { stepFor, type AddressStep, type Reading } from './people/address-steps.js'
import { conversionQuestion, noAccess, typesAfterConversion } from './people/conversion.js'
import { leads } from './people/lead-modules.js'
import { accessesOf, type PortalUser } from './people/portal-users.js'
import { readingAfter } from './people/record-address.js'

type Ask = RecordAsk & { doing: Doing; locale: Locale }

/** One question for each access of the record that would change. */
export async function recordQuestions(context: Context, ask: Ask): Promise<RecordQuestion[]> {
  const users = (await accessesOf(context.db, ask.module, ask.id)).filter(isConcerned)
  if (users.length === 0) return []
  const all = await configuration(context.db)
  const t = context.t(ask.locale)
  const { doing } = ask
  if (doing.kind === 'conversion') return ask.module === leads ? users.map((user) => typeQuestion(t, all, user)) : []
  const questions = users.map((user) => addressQuestion(context, t, { all, user, values: doing.values }))
  return (await Promise.all(questions)).flatMap((question) => question ?? [])
}

function isConcerned({ status, convertedContactId }: PortalUser): boolean {
  return status !== 'removed' && convertedContactId === undefined
}

interface Change {
  readonly all: Configuration
  readonly user: PortalUser
  readonly values: Readonly<Record<string, unknown>>
}

async function addressQuestion(
  context: Context,
  t: Translate,
  { all, user, values }: Change
): Promise<RecordQuestion | undefined> {
  const identity = user.identityId ? await context.identity.profile(user.identityId) : undefined
  const proven = identity?.address ?? ''
  const reading = await readingAfter(context, user, proven, values)
  const step = reading && stepFor(user, proven, reading)
  if (!reading || !step) return undefined
  const portal = all.portals.get(user.portalId)?.name ?? ''
  const reason = reading.fault ? t(`portal:refusal.${reading.fault}`) : ''
  const text = t(`life:question.${sentence(step, reading)}`, {
    name: user.name,
    portal,
    address: shownAddress(reading.address),
    reason
  })
  return { name: `portal-access:${user.id}`, text, choices: [] }
}

function sentence(step: AddressStep, { fault }: Reading): string {
  if (fault) return 'problem'
  if (step.send) return step.send
  if (step.moves) return 'number'
  return step.status === 'deactivated' ? 'later' : 'back'
}

function typeQuestion(t: Translate, all: Configuration, user: PortalUser): RecordQuestion {
  const types = typesAfterConversion(all, user)
  const portal = all.portals.get(user.portalId)?.name ?? ''
  const choices = types.map(({ id, name }) => ({ value: id, label: name }))
  return {
    name: conversionQuestion(user),
    text: t(types.length > 0 ? 'life:question.userType' : 'life:question.noUserType', { name: user.name, portal }),
    choices: [...choices, { value: noAccess, label: t('life:question.noAccess') }]
  }
}
