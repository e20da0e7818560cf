/** A CRM with Portico installed in it, whichever CRM it is: what the server and the command line work with. */
import type { RequestHandler } from 'express'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { chosenHost, readConfig, type Config, type Environment } from './config.js'
import type { Host, Staff } from './host/host.js'
import type { Job } from './hooks.js'
import type { Portico, PorticoOptions } from './portico.js'

export interface Installation {
  readonly config: Config
  readonly log: Logger
  readonly db: Knex
  readonly host: Host
  readonly portico: Portico
  /** Pages that the host's adapter brings: the embedded CRM itself, or the doors by which EspoCRM's pages call us. */
  readonly pages: RequestHandler
  /** Plain names of the cookies by which the host's staff are known; forms of requests that carry one need a token. */
  readonly staffCookies: readonly string[]
  /** The adapter's own work in the background. */
  readonly jobs: readonly Job[]
  /** The CRM user who signs in under this name, active or not. */
  staffByUserName(userName: string): Promise<Staff | undefined>
  close(): Promise<void>
}

export type InstallationOptions = Pick<PorticoOptions, 'now' | 'manifest'>

/** Opens what the environment describes: the embedded CRM, or the service beside EspoCRM.
 *  @throws ConfigProblems; ExtensionMissing when `DATABASE_URL` leads to no EspoCRM with Portico in it; ProtocolDiffers. */
export async function openInstallation(
  env: Environment,
  log: Logger,
  options: InstallationOptions = {}
): Promise<Installation> {
  if (chosenHost(env) === 'espocrm') return (await import('./espocrm.js')).openEspocrm(env, log, options)
  return (await import('./embedded.js')).openEmbedded(readConfig(env), log, options)
}
