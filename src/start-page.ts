/** The first page: where staff and customers come in, and in the demo world the names to sign in as. */
import { Router, type Response } from 'express'
import { customers, demoPassword, staff, type Person } from '../demo/cast.js'
import { guest } from '../demo/guests.js'
import { demoPortal } from '../demo/portals.js'
import type { Config } from './config.js'
import type { Crm } from './host/embedded/crm.js'
import type { Host } from './host/host.js'
import { portalDoors } from './portal/portals/doors.js'
import { translator } from './web/locale.js'
import { page, urlFor } from './web/render.js'

/** Of the embedded CRM, whose pages are at `crmPath`. */
export function embeddedStartPage(crm: Crm, config: Config, crmPath: string): Router {
  const isDevelopment = config.environment !== 'production'
  const router = Router()
  router.get('/', async (req, res) => {
    const t = translator(req.locale)
    const { name: company } = config.company
    const isDemo = isDevelopment && (await crm.users.findByUserName(staff.irena.userName)) !== undefined
    await showStart(res, config, {
      title: t('start:title', { company }),
      intro: t('start:intro'),
      staff: { text: t('start:staff.text'), open: t('start:staff.open'), url: urlFor(res, crmPath) },
      none: t('start:portals.none'),
      portals: await doorsOf(res, crm.db),
      demo: isDemo ? { password: demoPassword, people: people(t('external:door.name', { company })) } : undefined,
      mailbox: isDevelopment && !config.smtpUrl
    })
  })
  return router
}

/** Of the service beside EspoCRM: its staff have a home of their own. */
export function serviceStartPage(host: Host, config: Config): Router {
  const router = Router()
  router.get('/', async (req, res) => {
    const t = translator(req.locale)
    await showStart(res, config, {
      title: t('start:espocrm.title', { company: config.company.name }),
      intro: t('start:espocrm.intro'),
      staff: { text: t('start:espocrm.text'), open: t('start:espocrm.open'), url: host.homeUrl },
      none: t('start:espocrm.none'),
      portals: (await host.switches())['portal'] === true ? await doorsOf(res, host.db) : [],
      demo: undefined,
      mailbox: false
    })
  })
  return router
}

interface StartPage {
  readonly title: string
  readonly intro: string
  readonly staff: { readonly text: string; readonly open: string; readonly url: string }
  /** Said where there is no portal. */
  readonly none: string
  readonly portals: readonly { readonly name: string; readonly url: string }[]
  readonly demo: { readonly password: string; readonly people: readonly Castmember[] } | undefined
  /** Is there a page with the mails that were not sent? */
  readonly mailbox: boolean
}

async function showStart(res: Response, config: Config, start: StartPage): Promise<void> {
  await page(res, 'start', { area: { kind: 'portal', name: config.company.name, home: urlFor(res, '/') }, start })
}

async function doorsOf(res: Response, db: Host['db']): Promise<StartPage['portals']> {
  return (await portalDoors(db)).map(({ name, path }) => ({ name, url: urlFor(res, path) }))
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
