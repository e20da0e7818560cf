/** The first page: where staff and customers come in, and in the demo world the names to sign in as. */
import { Router, type Response } from 'express'
import { customers, demoPassword, staff } from '../demo/cast.js'
import { guestsAtTheDoor } from '../demo/guests.js'
import { demoPortal } from '../demo/portals.js'
import type { Config } from './config.js'
import { doorBase } from './external-users/door.js'
import { externalUsersAt } from './external-users/external-users.js'
import type { Crm } from './host/embedded/crm.js'
import type { Host, Switches } from './host/host.js'
import { portalDoors } from './portal/portals/doors.js'
import { translator, type Translate } from './web/locale.js'
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
      ...(await doorsOf(res, config, crm.db, await crm.settings.switches(), t('start:portals.none'))),
      demo: isDemo ? { password: demoPassword, people: await people(crm, config, t) } : undefined,
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
      ...(await doorsOf(res, config, host.db, await host.switches(), t('start:espocrm.none'))),
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
  /** Said while there is no portal, though there might be. */
  readonly none: string | undefined
  readonly doors: readonly { readonly name: string; readonly url: string }[]
  readonly demo: { readonly password: string; readonly people: readonly Castmember[] } | undefined
  /** Is there a page with the mails that were not sent? */
  readonly mailbox: boolean
}

async function showStart(res: Response, config: Config, start: StartPage): Promise<void> {
  await page(res, 'start', { area: { kind: 'portal', name: config.company.name, home: urlFor(res, '/') }, start })
}

/** Of the portals, and of external users. `none` is said while no portal is there, be it that their module is off. */
async function doorsOf(
  res: Response,
  { company }: Config,
  db: Host['db'],
  switches: Switches,
  none: string
): Promise<Pick<StartPage, 'none' | 'doors'>> {
  const portals = switches['portal'] === true ? await portalDoors(db) : []
  const name = translator(res.req.locale)('external:door.name', { company: company.name })
  const external = switches['external-users'] === true ? [{ name, path: `${doorBase}/`, url: undefined }] : []
  const doors = [...portals, ...external].map((door) => ({ name: door.name, url: door.url ?? urlFor(res, door.path) }))
  return { none: portals.length === 0 ? none : undefined, doors }
}

interface Castmember {
  readonly name: string
  readonly signInName: string
  /** Undefined: the CRM. */
  readonly door: string | undefined
  /** What there is to see as this person. */
  readonly about: string | undefined
}

async function people({ db }: Crm, { company }: Config, t: Translate): Promise<Castmember[]> {
  const members = Object.values(staff).map(({ name, userName }) => castmember(name, userName, undefined))
  const portalUsers = Object.values(customers).map((one) =>
    castmember(`${one.firstName} ${one.lastName}`, one.email, demoPortal.name)
  )
  const ids = guestsAtTheDoor.map(({ person }) => person.id)
  const isThere = new Set((await externalUsersAt(db, 'Contact', ids)).map(({ recordId }) => recordId))
  const door = t('external:door.name', { company: company.name })
  const guests = guestsAtTheDoor
    .filter(({ person }) => isThere.has(person.id))
    .map(({ person: { firstName, lastName }, signInName, about }) =>
      castmember(`${firstName} ${lastName}`, signInName, door, t(`start:demo.about.${about}`))
    )
  return [...members, ...portalUsers, ...guests]
}

function castmember(name: string, signInName: string, door: string | undefined, about?: string): Castmember {
  return { name, signInName, door, about }
}
