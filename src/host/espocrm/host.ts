/** The adapter between EspoCRM and the host port: reads by SQL, writes through EspoCRM's own door. */
import type { IncomingMessage } from 'node:http'
import type { Plugin } from '../../hooks.js'
import type { Host, Staff } from '../host.js'
import type { Authors } from './authors.js'
import type { Espo } from './espo.js'
import type { Events } from './outbox.js'
import { createFeed } from './feed.js'
import { createFiles } from './files.js'
import { groupsOf } from './groups.js'
import { createSaving } from './saving.js'
import type { StaffDirectory } from './staff.js'

export interface EspocrmHost extends Host {
  /** From now on the plugin narrows what staff may do. */
  install(plugin: Pick<Plugin, 'recordAuthorize'>): void
}

export interface HostParts {
  readonly espo: Espo
  readonly authors: Authors
  readonly events: Pick<Events, 'on' | 'deliver'>
  readonly staff: StaffDirectory
  /** Who of the staff makes a request. */
  readonly staffOf: (req: IncomingMessage) => Promise<Staff | undefined>
  /** EspoCRM's address as people type it, without a trailing slash. */
  readonly siteUrl: string
}

export function espocrmHost({ espo, authors, events, staff, staffOf, siteUrl }: HostParts): EspocrmHost {
  const plugins: Pick<Plugin, 'recordAuthorize'>[] = []
  const { save, link, remove } = createSaving(espo, authors)
  const leave = async (ask: Parameters<Plugin['recordAuthorize']>[0]): Promise<boolean> => {
    const answers = await Promise.all(plugins.map((plugin) => plugin.recordAuthorize(ask)))
    return answers.every((answer) => answer === true)
  }
  return {
    name: 'espocrm',
    db: espo.db,
    catalog: espo.catalog,
    save,
    link,
    remove,
    staff: staffOf,
    staffById: staff.find,
    people: staff.names,
    groups: () => groupsOf(espo.db),
    allows: async (asking, action, module, id) =>
      (await staff.allows(asking, action, module, id)) && leave({ module, id, action, staff: asking }),
    allowsModule: async (asking, module) =>
      (await staff.allowsModule(asking, module)) && leave({ module, id: undefined, action: 'view', staff: asking }),
    switches: async () => (await espo.settings()).switches,
    on: events.on,
    deliver: events.deliver,
    narrowsStaff: true,
    feed: createFeed(espo, authors),
    files: createFiles(espo),
    homeUrl: `${siteUrl}/`,
    recordUrl: (module, id) => `${siteUrl}/#${module}/view/${encodeURIComponent(id)}`,
    signInUrl: (returnTo) => `${siteUrl}/#Portico/open/to=${encodeURIComponent(carried(returnTo))}`,
    close: () => espo.db.destroy(),
    install: (plugin) => void plugins.push(plugin)
  }
}

/** A ticket carries paths of plain characters; of any other the part before the query, or the first page there is. */
function carried(returnTo: string): string {
  const isPlain = (path: string): boolean => /^\/(?!\/)[\w\-./?=&%]+$/.test(path)
  return [returnTo, returnTo.replace(/\?.*/, '')].find(isPlain) ?? '/host/admin'
}
