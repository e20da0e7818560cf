/** What the suites of portals stand on: customers in EspoCRM, Portico beside it with portals alone switched on, and the administrator at their pages. */
import { configuration, type Portal } from '../../src/portal/configuration.js'
import { openMailServer, type MailServer } from '../support/mail-server.js'
import type { Visitor } from '../support/visitor.js'
import type { Live } from './live.js'
import { Made } from './made.js'
import { mount, openService, type Service, type ServiceOptions } from './service.js'
import { letPorticoUse, makeStaff, type Cast } from './staff.js'
import { rememberIntegration, setSwitches } from './switches.js'

/** The administrator's pages of portals. */
export const admin = `${mount}/portico/admin/portals`

const modules = ['Account', 'Contact', 'Case', 'Lead', 'Meeting', 'Opportunity', 'KnowledgeBaseArticle']

export interface PortalWorld {
  readonly service: Service
  readonly mails: MailServer
  readonly made: Made
  readonly cast: Cast
  /** Ids of EspoCRM's records; every name and address of them has the run's word in it. */
  readonly records: Records
  /** The administrator. */
  readonly vera: Visitor
  /** Removes what was made, switches the run's portal off and puts the integration back. */
  close(): Promise<void>
}

/** `run` is the slug of the portal that a suite makes. */
export async function openPortalWorld(live: Live, run: string, options: ServiceOptions = {}): Promise<PortalWorld> {
  const undoing: (() => unknown)[] = [await rememberIntegration(live.admin)]
  const close = async (): Promise<void> => {
    for (const undo of undoing.splice(0).reverse()) await undo()
  }
  try {
    const made = new Made(live.admin)
    undoing.push(() => made.remove())
    const cast = await makeStaff(live)
    await letPorticoUse(live, ...modules)
    const records = await makeRecords(made, run, cast.administrator.id)
    await setSwitches(live.admin, { portal: true })
    const mails = await openMailServer()
    undoing.push(() => mails.close())
    const service = await openService(live, { ...options, env: { ...options.env, PORTICO_SMTP_URL: mails.url } })
    undoing.push(() => service.close())
    undoing.push(() => service.installation.db('portico_portals').where({ slug: run }).update({ is_active: false }))
    const vera = await service.staffVisitor(cast.administrator, '/portico/admin/portals')
    return { service, mails, made, cast, records, vera, close }
  } catch (error) {
    await close()
    throw error
  }
}

export async function portalAt({ installation }: Service, slug: string): Promise<Portal> {
  return [...(await configuration(installation.db)).portals.values()].find((portal) => portal.slug === slug)!
}

type Records = Awaited<ReturnType<typeof makeRecords>>

/** Two companies with people, cases, deals, a lead with a meeting, and articles. */
async function makeRecords(made: Made, run: string, owner: string) {
  const nordwind = await made.make('Account', { name: `Nordwind ${run}`, website: 'https://nordwind.example' })
  const suedwind = await made.make('Account', { name: `Südwind ${run}` })
  const person = (firstName: string, login: string, accountId: string): Promise<string> =>
    made.make('Contact', { firstName, lastName: run, accountId, emailAddress: `${login}@${run}.example` })
  const ofNordwind = { accountId: nordwind, status: 'New' }
  const lena = await made.make('Lead', { firstName: 'Lena', lastName: run, emailAddress: `lena@${run}.example` })
  const at = { assignedUserId: owner, dateStart: '2030-05-01 10:00:00', dateEnd: '2030-05-01 11:00:00' }
  await made.make('Meeting', { name: `On site ${run}`, ...at, leadsIds: [lena] })
  await made.make('Meeting', { name: `Elsewhere ${run}`, ...at })
  const deal = { assignedUserId: owner, closeDate: '2030-01-01', amount: 100, amountCurrency: 'EUR' }
  await made.make('Opportunity', { name: `Pumps ${run}`, stage: 'Negotiation', probability: 80, ...deal })
  await made.make('Opportunity', { name: `Boilers ${run}`, stage: 'Proposal', probability: 95, ...deal })
  await made.make('Opportunity', { name: `Valves ${run}`, stage: 'Proposal', probability: 50, ...deal })
  const heating = await made.make('Case', {
    ...ofNordwind,
    name: 'Heating fails',
    type: 'Incident',
    description: 'Since Monday'
  })
  const task = { assignedUserId: owner, status: 'Not Started' }
  await made.make('Task', { name: `Ring up ${run}`, ...task, parentType: 'Case', parentId: heating })
  await made.make('Task', { name: `Write down ${run}`, ...task })
  const article = { type: 'Article', body: '<p>Once a year.</p>' }
  return {
    nordwind,
    lena,
    anna: await person('Anna', 'anna', nordwind),
    jonas: await person('Jonas', 'jonas', nordwind),
    bjoern: await person('Björn', 'bjoern', suedwind),
    heating,
    boiler: await made.make('Case', { ...ofNordwind, name: 'Boiler hums', status: 'Closed', type: 'Question' }),
    third: await made.make('Case', { ...ofNordwind, name: 'Radiator drips' }),
    internal: await made.make('Case', { ...ofNordwind, name: 'Not for her', isInternal: true }),
    foreign: await made.make('Case', { name: 'Pump leaks', accountId: suedwind }),
    article: await made.make('KnowledgeBaseArticle', { ...article, name: `Pump care ${run}`, status: 'Published' }),
    draft: await made.make('KnowledgeBaseArticle', { ...article, name: `Draft ${run}`, status: 'Draft' })
  }
}
