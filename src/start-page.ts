/** The first page of the embedded CRM: where staff and customers come in, and in the demo world the names to sign in as. */
import { Router } from 'express'
import { customers, demoPassword, staff, type Person } from '../demo/cast.js'
import { guest } from '../demo/guests.js'
import { demoPortal } from '../demo/portals.js'
import type { Embedded } from './embedded.js'
import { portalDoors } from './portal/doors.js'
import { translator } from './web/locale.js'
import { page, urlFor } from './web/render.js'

export function startPage({ config, crm, db }: Embedded): Router {
  const router = Router()
  router.get('/', async (req, res) => {
    const portals = (await portalDoors(db)).map(({ name, path }) => ({ name, url: urlFor(res, path) }))
    const isDemo =
      config.environment !== 'production' && (await crm.users.findByUserName(staff.irena.userName)) !== undefined
    await page(res, 'start', {
      area: { kind: 'portal', name: config.company.name, home: urlFor(res, '/') },
      company: config.company.name,
      portals,
      demo: isDemo
        ? {
            password: demoPassword,
            people: people(translator(req.locale)('external:door.name', { company: config.company.name }))
          }
        : undefined,
      mailbox: config.environment !== 'production' && !config.smtpUrl
    })
  })
  return router
}

interface Castmember {
  readonly name: string
  readonly signInName: string
  /** Undefined: the CRM. */
  readonly door: string | undefined
}

function people(externalDoor: string): Castmember[] {
  const members = Object.values(staff).map(({ name, userName }) => ({ name, signInName: userName, door: undefined }))
  const outside = (one: Person, door: string) => ({
    name: `${one.firstName} ${one.lastName}`,
    signInName: one.email,
    door
  })
  return [
    ...members,
    ...Object.values(customers).map((one) => outside(one, demoPortal.name)),
    outside(guest, externalDoor)
  ]
}
