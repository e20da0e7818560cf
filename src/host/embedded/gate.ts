/** The gate: what the installed plugins leave a staff member of the CRM's records. Nothing here can widen. */
import { Forbidden } from '../../errors.js'
import type { Owners, Plugin, Scope, StaffAction } from '../../hooks.js'
import type { Staff } from '../host.js'

export interface Gate {
  /** Conditions over alias `r`, all of which must hold. */
  scopes(module: string, action: StaffAction): Promise<readonly Scope[]>
  /** @throws Forbidden */
  mustAllow(module: string, id: string | undefined, action: StaffAction): Promise<void>
  /** May he do this in the module at all? */
  allows(module: string, action: StaffAction): Promise<boolean>
  /** To whom he may assign records of the module; undefined: to everybody (S07). */
  owners(module: string): Promise<Owners | undefined>
  readonly isAdministrator: boolean
  /** For whom what is gone is no error. */
  readonly isTrusted: boolean
}

/** For the seed, jobs and the adapter: everything that is there. */
export const openGate: Gate = {
  scopes: () => Promise.resolve([]),
  mustAllow: () => Promise.resolve(),
  allows: () => Promise.resolve(true),
  owners: () => Promise.resolve(undefined),
  isAdministrator: true,
  isTrusted: true
}

export function gateFor(staff: Staff, plugins: () => readonly Plugin[]): Gate {
  const allows = async (module: string, id: string | undefined, action: StaffAction): Promise<boolean> => {
    const answers = await Promise.all(plugins().map((plugin) => plugin.recordAuthorize({ module, id, action, staff })))
    return answers.every((answer) => answer === true)
  }
  return {
    isAdministrator: staff.isAdministrator,
    isTrusted: false,
    async scopes(module, action) {
      const scopes = await Promise.all(plugins().map((plugin) => plugin.recordScope({ module, action, staff })))
      return scopes.filter((scope) => scope !== undefined)
    },
    async mustAllow(module, id, action) {
      if (!(await allows(module, id, action))) throw new Forbidden()
    },
    allows: (module, action) => allows(module, undefined, action),
    async owners(module) {
      const left = await Promise.all(plugins().map((plugin) => plugin.recordOwners({ module, staff })))
      return left.filter((owners) => owners !== undefined).reduce<Owners | undefined>(inBoth, undefined)
    }
  }
}

/** What must hold of a record once it is held: between the question and the write it may have been given away (A28). */
export async function scopesToDo(gate: Gate, name: string, action: StaffAction): Promise<readonly Scope[]> {
  return [...(await gate.scopes(name, 'view')), ...(await gate.scopes(name, action))]
}

function inBoth(one: Owners | undefined, other: Owners): Owners {
  if (!one) return other
  const common = (a: ReadonlySet<string>, b: ReadonlySet<string>) => new Set([...a].filter((id) => b.has(id)))
  return { people: common(one.people, other.people), groups: common(one.groups, other.groups) }
}
