/** When two things are the same: their texts are, with the keys in order. */
import { createHash } from 'node:crypto'

export function same(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other)
}

/** Sixteen letters that stand for a thing as it is. */
export function fingerprintOf(thing: unknown): string {
  return createHash('sha256')
    .update(canonical(thing ?? null))
    .digest('hex')
    .slice(0, 16)
}

/** JSON whose keys stand in order, so that equal things have equal texts. */
function canonical(thing: unknown): string {
  return JSON.stringify(thing, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  )
}
