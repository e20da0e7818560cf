/** Portico's service beside the running EspoCRM, in this process, on the address to which EspoCRM's web server passes on. */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { pino } from 'pino'
import { createApp } from '../../src/app.js'
import { openEspocrm, type BesideEspocrm } from '../../src/espocrm.js'
import { temporaryFolder } from '../support/child-process.js'
import { Visitor } from '../support/visitor.js'
import { EspoClient } from './espo-client.js'
import type { Live } from './live.js'
import { password, type StaffMember } from './staff.js'

/** Below this path of EspoCRM's own address Portico answers. */
export const mount = '/crm-portal'

export type Installation = BesideEspocrm

export interface Service {
  readonly installation: Installation
  /** Somebody with a browser of his own, who reaches Portico through EspoCRM's web server. */
  visitor(language?: string): Visitor
  /** The same for a user of EspoCRM, who comes in by a ticket. */
  staffVisitor(user: Pick<StaffMember, 'userName'>, to?: string): Promise<Visitor>
  /** Hands out host events and sends the mail that waits. */
  settle(): Promise<void>
  close(): Promise<void>
}

export interface ServiceOptions {
  /** More variables of the configuration. */
  readonly env?: Readonly<Record<string, string>>
  readonly now?: () => number
}

export async function openService(live: Live, options: ServiceOptions = {}): Promise<Service> {
  const installation = await openInstallation(live, options)
  const { config, host, portico } = installation
  const server = createServer(createApp(installation))
  server.listen(config.listen.port, config.listen.host)
  await once(server, 'listening')
  const visitor = (language = 'en'): Visitor => new Visitor(live.url, language)
  return {
    installation,
    visitor,
    async staffVisitor(user, to = '/portico/admin') {
      const somebody = visitor()
      await somebody.open(await ticketFor(live, user, to))
      return somebody
    },
    async settle() {
      await host.deliver()
      await portico.context.mail.deliver()
    },
    async close() {
      await closed(server)
      await installation.close()
    }
  }
}

let filesFolder: string | undefined

/** Portico on EspoCRM's database without a door of its own. */
export async function openInstallation(live: Live, { env = {}, now }: ServiceOptions = {}): Promise<Installation> {
  const variables = {
    NODE_ENV: 'test',
    DATABASE_URL: live.databaseUrl,
    PORTICO_LISTEN: live.listen,
    PORTICO_FILES: (filesFolder ??= temporaryFolder('files')),
    PORTICO_COMPANY_NAME: 'Thermovia',
    PORTICO_COMPANY_DOMAINS: 'thermovia.example',
    PORTICO_LOG_LEVEL: process.env.PORTICO_LOG_LEVEL ?? 'silent',
    ...env
  }
  return openEspocrm(variables, pino({ level: variables.PORTICO_LOG_LEVEL }), { now })
}

/** The address by which a page of EspoCRM's own hands its user over. */
export async function ticketFor(live: Live, user: Pick<StaffMember, 'userName'>, to: string): Promise<string> {
  const session = await EspoClient.signIn(live.url, user.userName, password)
  const { url } = await session.post<{ url: string }>('Portico/ticket', { to })
  return url
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
