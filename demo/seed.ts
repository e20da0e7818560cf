/** Seeds all of the demo world: the company with its CRM, the portal of its customers, and a guest in one of its projects. */
import type { Embedded } from '../src/embedded.js'
import { seedGuest } from './guests.js'
import { seedPortal } from './portals.js'
import { seedWorld } from './world.js'

/** Adds what is not there yet. True: the CRM was empty. */
export async function seedDemo(embedded: Embedded): Promise<boolean> {
  const isNew = await seedWorld(embedded.crm)
  await seedPortal(embedded)
  await seedGuest(embedded)
  return isNew
}
