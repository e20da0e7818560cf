/** Viewers: who asks now. Only `viewerFor` makes one, so a record can't be asked for by nobody in particular. */
import type { Kernel } from './kernel.js'
import type { Policy } from './grant.js'
import type { Locale } from '../host/catalog.js'
import type { Actor, Formats, Staff } from '../host/host.js'

/** What a module of ours needs to know of somebody from outside to say what he may do. */
export interface Person {
  readonly kind: 'portal-user' | 'external-user'
  readonly id: string
  readonly name: string
  /** The record that stands for him in the CRM; undefined for a portal user without a contact (E08). */
  readonly module: string | undefined
  readonly recordId: string | undefined
  /** The portal he came in by and his user type there; absent for external users, and the user type for whoever has no record. */
  readonly portalId: string | undefined
  readonly userTypeId: string | undefined
  /** Staff member who invited him: what he creates belongs to that one (Z26). */
  readonly invitedBy: string
  readonly locale: Locale
  readonly timeZone: string
  readonly formats: Formats
}

declare const made: unique symbol

export interface Viewer {
  readonly [made]: true
  readonly person: Person
  readonly actor: Actor
  readonly policy: Policy
  /** Preview (Z13): nothing can be written. */
  readonly readOnly: boolean
  readonly kernel: Kernel
}

/** Makes the viewer for somebody whose session was just checked. `previewBy` is the staff member who looks through his eyes. */
export async function viewerFor(kernel: Kernel, person: Person, options: { previewBy?: Staff } = {}): Promise<Viewer> {
  return make(kernel, person, await kernel.policyFor(person), options.previewBy !== undefined)
}

/** A viewer as he would be under a policy that may not be in force: he only looks (Z07, Z13). */
export function viewerUnder(kernel: Kernel, person: Person, policy: Policy): Viewer {
  return make(kernel, person, policy, true)
}

function make(kernel: Kernel, person: Person, policy: Policy, readOnly: boolean): Viewer {
  const { id, name, module, recordId } = person
  const actor: Actor = { kind: 'outside', id, name, module, recordId }
  return { person, actor, policy, readOnly, kernel } as unknown as Viewer
}
