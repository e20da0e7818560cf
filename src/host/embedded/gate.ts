/** The gate: what the installed plugins leave a staff member of the CRM's records. Nothing here can widen. */
import { Forbidden } from '../../errors.js'
import type { Plugin, Sql, StaffAction } from '../../hooks.js'
import type { Staff } from '../host.js'

export interface Gate {
  /** Conditions over alias `r`, all of which must hold. */
  scopes(module: string, action: StaffAction): Promise<readonly Sql[]>
  /** @throws Forbidden */
  mustAllow(module: string, id: string | undefined, action: StaffAction): Promise<void>
  readonly isAdministrator: boolean
  /** For whom what is gone is no error. */
  readonly isTrusted: boolean
}

/** For the seed, jobs and the adapter: everything that is there. */
export const openGate: Gate = {
  scopes: () => Promise.resolve([]),
  mustAllow: () => Promise.resolve(),
  isAdministrator: true,
  isTrusted: true
}

export function gateFor(staff: Staff, plugins: () => readonly Plugin[]): Gate {
  return {
    isAdministrator: staff.isAdministrator,
    isTrusted: false,
    async scopes(module, action) {
      const scopes = await Promise.all(plugins().map((plugin) => plugin.recordScope({ module, action, staff })))
      return scopes.filter((scope) => scope !== undefined)
    },
    async mustAllow(module, id, action) {
      const answers = await Promise.all(
        plugins().map((plugin) => plugin.recordAuthorize({ module, id, action, staff }))
      )
      if (!answers.every((answer) => answer === true)) throw new Forbidden()
    }
  }
}
