/** The integration's switches as an administrator of EspoCRM sets them at Administration > Integrations > Portico. */
import type { Switches } from '../../src/host/host.js'
import type { EspoClient } from './espo-client.js'

const fields = { portal: 'portal', 'external-users': 'externalUsers', 'global-sharing': 'globalSharing' } as const

/** Portico is on, and of its modules those that `switches` names. */
export async function setSwitches(admin: EspoClient, switches: Switches): Promise<void> {
  const flags = Object.entries(fields).map(([module, field]): [string, boolean] => [field, switches[module] === true])
  await setIntegration(admin, { enabled: true, ...Object.fromEntries(flags) })
}

/** Changes some of the integration's fields; the others stay as they are. */
export async function setIntegration(admin: EspoClient, values: Readonly<Record<string, unknown>>): Promise<void> {
  const now = await admin.get('Integration/Portico')
  await admin.put('Integration/Portico', { ...now, ...values })
}

/** What stands there now, to be put back when a suite is over. */
export async function rememberIntegration(admin: EspoClient): Promise<() => Promise<void>> {
  const before = await admin.get('Integration/Portico')
  return async () => void (await admin.put('Integration/Portico', before))
}
