import { expect } from 'chai'
import { stepFor, type AddressStep, type Reading } from '../../src/portal/people/address-steps.js'
import type { PortalUserStatus } from '../../src/portal/people/portal-users.js'

const [old, next, third] = ['old@x.example', 'new@x.example', 'third@x.example']

interface Case {
  readonly title: string
  readonly was: readonly [PortalUserStatus, string, string?]
  readonly reads: Partial<Reading>
  /** Undefined: nothing follows. */
  readonly then: Partial<AddressStep> | undefined
}

const cases: readonly Case[] = [
  { title: 'confirmed, unchanged', was: ['confirmed', old], reads: { address: old }, then: undefined },
  {
    title: 'confirmed, changed: login suspended, and a mail to confirm',
    was: ['confirmed', old],
    reads: { address: next },
    then: { status: 'suspended', send: 'confirmation', moves: false }
  },
  {
    title: 'confirmed, another number: it signs in at once',
    was: ['confirmed', old],
    reads: { address: next, preference: 'phone' },
    then: { status: 'confirmed', send: undefined, moves: true }
  },
  {
    title: 'confirmed, nothing left: login suspended, and no mail',
    was: ['confirmed', old],
    reads: { address: '', fault: 'noAddress' },
    then: { status: 'suspended', send: undefined, moves: false }
  },
  { title: 'suspended, the event came twice', was: ['suspended', next], reads: { address: next }, then: undefined },
  {
    title: 'suspended, changed again: a new mail',
    was: ['suspended', next],
    reads: { address: third },
    then: { status: 'suspended', send: 'confirmation' }
  },
  {
    title: 'suspended, changed back: confirmed without a mail',
    was: ['suspended', next],
    reads: { address: old },
    then: { status: 'confirmed', send: undefined, moves: false }
  },
  {
    title: 'suspended by a bad address that is good now',
    was: ['suspended', next, 'staffAddress'],
    reads: { address: next },
    then: { status: 'suspended', send: 'confirmation' }
  },
  {
    title: 'suspended, a bad number that is good now',
    was: ['suspended', '12', 'characters'],
    reads: { address: next, preference: 'phone' },
    then: { status: 'confirmed', moves: true }
  },
  {
    title: 'invited, changed: the invitation goes to the new address',
    was: ['invited', old],
    reads: { address: next },
    then: { status: 'invited', send: 'invitation' }
  },
  { title: 'invited, unchanged', was: ['invited', old], reads: { address: old }, then: undefined },
  {
    title: 'invited, to an address that can’t be used: no invitation',
    was: ['invited', old],
    reads: { address: next, fault: 'companyDomain' },
    then: { status: 'invited', send: undefined }
  },
  {
    title: 'deactivated, changed: to be confirmed once he is activated',
    was: ['deactivated', old],
    reads: { address: next },
    then: { status: 'deactivated', send: undefined, confirmOnActivation: true }
  },
  {
    title: 'deactivated, changed back: nothing is to be confirmed',
    was: ['deactivated', next],
    reads: { address: old },
    then: { status: 'deactivated', confirmOnActivation: false }
  },
  {
    title: 'deactivated, another number: it signs in once he is activated',
    was: ['deactivated', old],
    reads: { address: next, preference: 'phone' },
    then: { status: 'deactivated', confirmOnActivation: false, moves: true, send: undefined }
  },
  {
    title: 'deactivated, a number that can’t be used: he is not activated with it',
    was: ['deactivated', old],
    reads: { address: '12', preference: 'phone', fault: 'characters' },
    then: { status: 'deactivated', confirmOnActivation: true, moves: false, send: undefined }
  },
  {
    title: 'suspended, but the number is a good one all the time',
    was: ['suspended', next],
    reads: { address: next, preference: 'phone' },
    then: { status: 'confirmed', moves: true }
  },
  {
    title: 'suspended, but what the record says is what he has proven',
    was: ['suspended', old],
    reads: { address: old },
    then: { status: 'confirmed', moves: false, send: undefined }
  },
  { title: 'removed', was: ['removed', old], reads: { address: next }, then: undefined }
]

describe('what follows when an address changes', () => {
  for (const { title, was, reads, then } of cases)
    it(`Z20 ${title}`, () => {
      const [status, address, addressProblem] = was
      const acceptedAt = status === 'invited' ? null : '2026-01-01 00:00:00'
      const now = { address: old, fault: undefined, preference: 'email', ...reads } as const
      const step = stepFor({ status, address, addressProblem, acceptedAt }, old, now)
      if (then === undefined) expect(step).to.equal(undefined)
      else expect(step).to.include(then)
    })
})
