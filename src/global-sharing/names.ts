/** Names by which administrators know roles, groups and profiles: of each kind every name is there once (S11). */
import { Invalid } from '../errors.js'
import { folded } from './roles.js'

type Named = Readonly<Record<string, { readonly name: string }>>

/** @throws Invalid (field `name`) where another one of them, `own` apart, is called so, however it is capitalized. */
export function mustBeFree(all: Named, name: string, own?: string): void {
  const others = Object.entries(all).filter(([id]) => id !== own)
  if (others.some(([, other]) => folded(other.name) === folded(name)))
    throw new Invalid({ name: { key: 'sharing:problem.nameTaken' } })
}

/** Their ids in the order of their names, as the reader's language has it. */
export function inOrder(all: Named, locale: string): string[] {
  const collator = new Intl.Collator(locale, { numeric: true })
  return Object.keys(all).sort((one, other) => collator.compare(all[one]!.name, all[other]!.name))
}
