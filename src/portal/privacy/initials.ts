/** How somebody is called who was deleted: a proof needs to be told apart from others, and names nobody. */

/** `Anna Schmidt` → `A. S.`; '' stays ''. */
export function initialsOf(name: string): string {
  const letters = name.match(/(?<![\p{L}\p{M}])\p{L}/gu) ?? []
  return [letters[0], letters.length > 1 ? letters.at(-1) : undefined]
    .filter((letter) => letter !== undefined)
    .map((letter) => `${letter.toUpperCase()}.`)
    .join(' ')
}

/** `value` with the names in it made initials and the addresses left out, however deep they stand. */
export function withoutNames(value: unknown, { names, addresses }: Known): unknown {
  if (typeof value === 'string') return plain(value, { names, addresses })
  if (Array.isArray(value)) return value.map((one) => withoutNames(one, { names, addresses }))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutNames(one, { names, addresses })]))
}

/** What somebody was called, and where he was reached. */
export interface Known {
  readonly names: readonly string[]
  readonly addresses: readonly string[]
}

/** All of them together, without what is too short to be told from other words. */
export function uniteKnown(all: readonly Known[]): Known {
  const distinct = (words: readonly string[], least: number): string[] => [
    ...new Set(words.filter((word) => word.trim().length >= least))
  ]
  return {
    names: distinct(
      all.flatMap(({ names }) => names),
      3
    ),
    addresses: distinct(
      all.flatMap(({ addresses }) => addresses),
      5
    )
  }
}

function plain(text: string, { names, addresses }: Known): string {
  const withoutAddresses = addresses.reduce((now, address) => replaced(now, address, '–'), text)
  return names.reduce((now, name) => replaced(now, name, initialsOf(name)), withoutAddresses)
}

/** Whole words; letter case doesn't count. */
function replaced(text: string, words: string, by: string): string {
  if (words.trim() === '') return text
  const escaped = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'giu'), () => by)
}
