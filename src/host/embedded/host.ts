/** The adapter between the embedded CRM and the host port. */
import type { IncomingMessage } from 'node:http'
import { NotFound } from '../../errors.js'
import { publicSite } from '../../web/site.js'
import type { Host, RecordRight, Staff } from '../host.js'
import type { Crm } from './crm.js'
import { gateFor } from './gate.js'
import { homePath, recordPath, signInUrl } from './pages/paths.js'

/** `staffOf` is how the CRM's pages know who makes a request. */
export function embeddedHost(
  crm: Crm,
  options: { staffOf: (req: IncomingMessage) => Promise<Staff | undefined> }
): Host {
  const { store, users, groups, settings, outbox, feed, files, publicUrl } = crm
  return {
    name: 'embedded',
    db: crm.db,
    catalog: crm.catalog,
    async save({ module, id, values, links, files: placed }, by) {
      const records = store.by(by)
      if (id === undefined) return records.create(module, values, { links, files: placed })
      await records.change(module, id, values, { links, files: placed })
      return id
    },
    link({ module, id, link, other, present }, by) {
      const records = store.by(by)
      return present ? records.link(module, id, link, other) : records.unlink(module, id, link, other)
    },
    remove: (module, id, by) => store.by(by).remove(module, id),
    staff: options.staffOf,
    staffById: users.find,
    people: users.names,
    groups: groups.list,
    allows: (staff, action, module, id) => allows(crm, staff, action, { module, id }),
    allowsModule: (staff, module) => allowsModule(crm, staff, module),
    switches: settings.switches,
    on: outbox.on,
    deliver: outbox.deliver,
    narrowsStaff: true,
    feed,
    files,
    homeUrl: publicUrl + homePath,
    recordUrl: (module, id) => publicUrl + recordPath(module, id),
    signInUrl: (returnTo) => publicUrl + signInUrl(returnTo === '/' ? '/' : publicSite(crm).mount + returnTo),
    close: crm.close
  }
}

async function allows(
  crm: Crm,
  staff: Staff,
  action: RecordRight,
  record: { module: string; id: string }
): Promise<boolean> {
  try {
    return (await crm.store.as(staff).may(record.module, record.id)).has(action)
  } catch (error) {
    if (error instanceof NotFound) return false
    throw error
  }
}

/** The embedded CRM itself keeps no module from its staff; plugins may. */
async function allowsModule(crm: Crm, staff: Staff, module: string): Promise<boolean> {
  if (!(await crm.catalog('en')).modules.has(module)) return false
  return gateFor(staff, () => crm.plugins).allows(module, 'view')
}
