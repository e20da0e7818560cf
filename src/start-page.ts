/** The first page of the embedded CRM: where staff and customers come in, and in the demo world the names to sign in as. */
import { Router } from 'express'
import { customers, demoPassword, staff } from '../demo/cast.js'
import { demoPortal } from '../demo/portals.js'
import type { Embedded } from './embedded.js'
import { portalDoors } from './portal/doors.js'
import { page, urlFor } from './web/render.js'

export function startPage({ config, crm, db }: Embedded): Router {
  const router = Router()
  router.get('/', async (req, res) => {
    const portals = (await portalDoors(db)).map(({ name, path }) => ({ name, url: urlFor(res, path) }))
    const isDemo = config.environment !== 'production' && (await crm.users.findByUserName(staff.irena.userName)) !== undefined
    await page(res, 'start', {
      area: { kind: 'portal', name: config.company.name, home: urlFor(res, '/') },
      company: config.company.name,
      portals,
      demo: isDemo ? { password: demoPassword, people: people() } : undefined,
      mailbox: config.environment !== 'production' && !config.smtpUrl
    })
  })
  return router
}

interface Castmember {
  readonly name: string
  readonly signInName: string
  /** Undefined: the CRM. */
  readonly portal: string | undefined
}

function people(): Castmember[] {
  const members = Object.values(staff).map(({ name, userName }) => ({ name, signInName: userName, portal: undefined }))
  const guests = Object.values(customers).map((one) => ({ name: `${one.firstName} ${one.lastName}`, signInName: one.email, portal: demoPortal.name }))
  return [...members, ...guests]
}
