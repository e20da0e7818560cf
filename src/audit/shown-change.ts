/** A change of the audit list as pages show it, and the parts of what was before and after. */

export interface ShownChange {
  readonly id: string
  readonly at: string
  readonly by: string
  readonly action: string
  /** The module that was released or taken back; whose eyes a preview was through. */
  readonly about: string | undefined
  /** That module by its name. */
  readonly module: string | undefined
  readonly details: readonly { readonly name: string; readonly before: string; readonly after: string }[]
}

/** So many changes a list tells at most. */
export const changesTold = 10

export type Parts = Readonly<Record<string, unknown>>

export function partsOf(value: unknown): Parts {
  return isParts(value) ? value : {}
}

export function isParts(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
