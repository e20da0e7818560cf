/** Puts Portico together on a host: the context, the kernel, and the modules the manifest names. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from 'pino'
import { createKernel } from './access/kernel.js'
import { createAudit } from './audit/audit.js'
import type { Config } from './config.js'
import type { Context } from './context.js'
import { dialectOf } from './db/dialect.js'
import type { Host } from './host/host.js'
import type { Manifest, ManifestModule, Plugin } from './hooks.js'
import { createIdentity } from './identity/identity.js'
import { createMail } from './mail/mail.js'
import type { PorticoModule } from './module.js'
import { readManifest } from './plugin-manifest.js'
import { createRegistry } from './registry.js'
import { keyFor } from './signing.js'
import { createSms } from './sms/sms.js'
import { translator } from './web/locale.js'
import { guardOf } from './upload-guard.js'
import type { OtherSites } from './web/mount.js'
import { createUploads } from './web/uploads.js'

export interface Portico {
  readonly context: Context
  readonly plugin: Plugin
  /** Where visitors reach us beside the public address. */
  readonly sites: OtherSites
}

export interface PorticoOptions {
  readonly config: Config
  readonly host: Host
  readonly log: Logger
  /** Default: `plugin.json`. A stranger's module is one more entry. */
  readonly manifest?: Manifest
  readonly now?: () => number
}

/** @throws when a module can't be loaded or uses a hook it does not declare: the plugin contract is checked at start. */
export async function createPortico(options: PorticoOptions): Promise<Portico> {
  const { config, host, log, manifest = readManifest(), now = Date.now } = options
  const registry = createRegistry(host)
  const kernel = createKernel({
    host,
    dialect: dialectOf(host.db),
    secret: keyFor({ secret: config.secret, purpose: 'cursor' }),
    sources: registry.policySources
  })
  const mail = createMail({ db: host.db, config, log, now })
  const sms = createSms({ db: host.db, config, log, now })
  const audit = createAudit(host.db, now)
  const reached = { doorsOf: registry.doorsOf, sites: registry.sites }
  const context: Context = {
    config,
    host,
    db: host.db,
    kernel,
    mail,
    sms,
    identity: createIdentity({ db: host.db, kernel, mail, sms, config, log, now, ...reached }),
    uploads: createUploads(host, config.limits, guardOf(config, { audit, log })),
    audit,
    log,
    sites: registry.sites,
    now,
    adminMenu: registry.adminMenu,
    t: translator
  }
  for (const entry of manifest.modules) registry.add(await load(entry), entry, context)
  const plugin = registry.plugin(manifest)
  subscribe(host, plugin)
  return { context, plugin, sites: registry.sites }
}

async function load(entry: ManifestModule): Promise<PorticoModule> {
  const where = entry.entry.startsWith('./') ? pathToFileURL(join(import.meta.dirname, entry.entry)).href : entry.entry
  const loaded = (await import(where)) as { default?: PorticoModule }
  if (loaded.default?.id !== entry.id) throw new Error(`${entry.entry} does not export the module ${entry.id}.`)
  return loaded.default
}

function subscribe(host: Host, plugin: Plugin): void {
  for (const kind of ['record.created', 'record.changed', 'record.removed'] as const) host.on(kind, plugin.recordSaved)
  host.on('note.posted', plugin.notePosted)
  host.on('lead.converted', plugin.leadConverted)
  for (const kind of ['staff.changed', 'switches.changed'] as const) host.on(kind, plugin.recordSaved)
}
