/** What follows when the address in a record is another one than before: decided from what is there now, whatever came before (Z20). */
import type { PortalUser, PortalUserStatus } from './portal-users.js'

/** What a record says somebody signs in with. */
export interface Reading {
  /** As identities hold it; as it was typed where that can't be an address; empty when there is none. */
  readonly address: string
  /** Why it can't be used, a word of `portal:refusal`. */
  readonly fault: string | undefined
  /** Numbers need no confirmation. */
  readonly preference: 'email' | 'phone'
}

export interface AddressStep {
  readonly status: PortalUserStatus
  readonly confirmOnActivation: boolean
  readonly send: 'invitation' | 'confirmation' | undefined
  /** The new address signs in at once. */
  readonly moves: boolean
}

type User = Pick<PortalUser, 'status' | 'address' | 'addressProblem' | 'acceptedAt'>

/** `proven` is the address he signs in with; undefined: nothing follows. */
export function stepFor(user: User, proven: string, now: Reading): AddressStep | undefined {
  const isKnown = user.address === now.address && user.addressProblem === now.fault
  switch (user.status) {
    case 'removed':
      return undefined
    case 'invited':
      return isKnown ? undefined : { ...nothing, status: 'invited', send: now.fault ? undefined : 'invitation' }
    case 'deactivated':
      return isKnown ? undefined : { ...nothing, status: 'deactivated', ...onceActivated(user, proven, now) }
    case 'confirmed':
    case 'suspended':
      return isKnown && isSettled(user.status, proven, now) ? undefined : afterwards(proven, now)
  }
}

const nothing = { confirmOnActivation: false, send: undefined, moves: false } as const

/** Whoever never accepted is invited then, wherever the invitation went before. */
function onceActivated(
  { acceptedAt }: User,
  proven: string,
  { address, fault, preference }: Reading
): Partial<AddressStep> {
  if (acceptedAt === null || address === proven) return {}
  return preference === 'phone' && fault === undefined ? { moves: true } : { confirmOnActivation: true }
}

/** He is already what he would be. */
function isSettled(status: PortalUserStatus, proven: string, now: Reading): boolean {
  const then = afterwards(proven, now)
  return then.status === status && !then.moves
}

function afterwards(proven: string, now: Reading): AddressStep {
  if (now.address === proven) return { ...nothing, status: 'confirmed' }
  if (now.fault) return { ...nothing, status: 'suspended' }
  if (now.preference === 'phone') return { ...nothing, status: 'confirmed', moves: true }
  return { ...nothing, status: 'suspended', send: 'confirmation' }
}
