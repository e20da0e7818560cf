/** What a run does to each person: everything that has to be asked is asked for a whole batch, what is left is a deed per person. */
import type { Context } from '../../../context.js'
import { NotFound, PorticoError } from '../../../errors.js'
import type { Staff } from '../../../host/host.js'
import { deactivateIn, removeIn } from '../access-changes.js'
import { followAddress } from '../address-change.js'
import { invitationPlace, judge, refusal, type Judgement } from '../eligibility.js'
import { prepareActivation, prepareAdmission, prepareInvitationAgain, type Deed } from '../invitations.js'
import { maySeePerson } from '../persons.js'
import { portalUsersById, type PortalUser } from '../portal-users.js'
import { prepareTransfer } from '../transfer.js'
import type { Run, RunItem } from './runs.js'

/** What becomes of an item: a deed, or why there is none. What is known of the person by now comes with it. */
export type Plan = Known & ({ readonly deed: Deed } | NoDeed)
export interface NoDeed {
  /** A word of `portal:refusal`. */
  readonly reason: string
}
interface Known {
  readonly name?: string
  readonly address?: string
  /** What may follow once the deed is done and kept; done again it changes nothing more. */
  readonly afterwards?: () => Promise<unknown>
}

/** The plans for `items` (at most 200), in their order. @throws HostUnavailable; RunStops when nobody can be dealt with any more. */
export function plansFor(context: Context, run: Run, items: readonly RunItem[], by: Staff): Promise<Plan[]> {
  return run.kind === 'invitation' ? invitations(context, run, items, by) : changes(context, run, items, by)
}

/** Why a run may not go on: a word of `portal:refusal`. */
export class RunStops extends Error {
  constructor(readonly reason: string) {
    super(`The run stops: ${reason}`)
  }
}

async function invitations(context: Context, run: Run, items: readonly RunItem[], by: Staff): Promise<Plan[]> {
  const place = await stoppingWhereRefused(() =>
    invitationPlace(context, run.scope.kind === 'type' ? run.scope.userTypeId : '')
  )
  const judged = await judge(
    context,
    place,
    items.map(({ recordId }) => recordId),
    by
  )
  return Promise.all(
    judged.map(async (judgement) => {
      if (judgement.refusal) return { ...knownOf(judgement), reason: judgement.refusal }
      const { recordId, name = '', address } = judgement
      const order = { language: run.language, by }
      return {
        ...knownOf(judgement),
        deed: await prepareAdmission(context, place, { recordId, name, address }, order)
      }
    })
  )
}

function knownOf({ name, address }: Judgement): Known {
  return name === undefined ? {} : { name, address }
}

/** A portal that was switched off meanwhile, a type that is gone: that is not about one person. */
async function stoppingWhereRefused<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw error instanceof PorticoError ? new RunStops(reasonIn(error)) : error
  }
}

/** The word of `portal:refusal` for what a person can be refused by. */
export function reasonIn(error: PorticoError): string {
  if (error instanceof NotFound) return 'typeGone'
  const known = /^portal:refusal\.(\w+)$/.exec(error.key)?.[1]
  return known ?? (error.key === 'errors.changedMeanwhile' ? 'changedMeanwhile' : 'unexpected')
}

async function changes(context: Context, run: Run, items: readonly RunItem[], by: Staff): Promise<Plan[]> {
  const users = await portalUsersById(
    context.db,
    items.flatMap(({ portalUserId }) => portalUserId ?? [])
  )
  const plans: Plan[] = []
  for (const { portalUserId } of items) plans.push(await changeOf(context, run, users.get(portalUserId ?? ''), by))
  return plans
}

async function changeOf(context: Context, run: Run, user: PortalUser | undefined, by: Staff): Promise<Plan> {
  if (!user) return { reason: 'userGone' }
  if (!(await maySeePerson(context, by, user))) return { reason: 'noRecordRight' }
  const { name, address } = user
  try {
    const deed = await deedFor(context, run, user, by)
    const afterwards = () => followAddress(context, user.id, by.id)
    return { name, address, deed, ...(run.kind === 'transfer' ? { afterwards } : {}) }
  } catch (error) {
    if (error instanceof PorticoError) return { name, address, reason: reasonIn(error) }
    throw error
  }
}

async function deedFor(context: Context, run: Run, user: PortalUser, by: Staff): Promise<Deed> {
  switch (run.kind) {
    case 'invitation-again':
      return prepareInvitationAgain(context, user, by)
    case 'activation':
      return prepareActivation(context, user, by)
    case 'transfer':
      return prepareTransfer(context, user, run.targetTypeId ?? '', by)
    case 'deactivation':
      if (user.status === 'deactivated') throw refusal('notActive')
      return ending(user, (trx) => deactivateIn(context, trx, user, by))
    case 'removal':
      return ending(user, (trx) => removeIn(context, trx, user, by))
    case 'invitation':
      throw new RangeError('Who is invited for the first time is no portal user.')
  }
}

function ending(user: PortalUser, end: (trx: Parameters<Deed>[0]) => Promise<void>): Deed {
  return async (trx) => {
    await end(trx)
    return user.id
  }
}
