/** The first page of the embedded CRM: where staff and customers come in, and in the demo world the names to sign in as. */
import { Router } from 'express'
import { customers, demoPassword, staff } from '../demo/cast.js'
import type { Embedded } from './embedded.js'
import { portalDoors } from './portal/doors.js'
import { page, urlFor } from './web/render.js'

export function startPage({ config, crm, db }: Embedded): Router {
  const router = Router()
  router.get('/', async (req, res) => {
    const isDemo = config.environment !== 'production' && (await crm.users.findByUserName(staff.irena.userName)) !== undefined
    const portals = (await portalDoors(db)).map(({ name, path }) => ({ name, url: urlFor(res, path) }))
    await page(res, 'start', {
      company: config.company.name,
      portals,
      demo: isDemo ? { password: demoPassword, staff: Object.values(staff), customers: Object.values(customers) } : undefined,
      mailbox: config.environment !== 'production' && !config.smtpUrl
    })
  })
  return router
}
