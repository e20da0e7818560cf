/** Visitors who keep asking while something happens. */
import type { House, Way } from './house.js'

export interface Load {
  readonly answered: number
  /** All statuses that were seen, each once; 0: a connection that broke off. */
  readonly statuses: readonly number[]
  readonly counts: Readonly<Record<string, number>>
}

/** Four visitors ask for pages, one request after the other, until `meanwhile` is over. */
export async function underLoad(
  house: House,
  way: Way,
  address: string,
  meanwhile: () => Promise<void>
): Promise<Load> {
  const counts: Record<string, number> = {}
  let isOver = false
  const visit = async (): Promise<void> => {
    const visitor = house.visitor(way)
    while (!isOver) {
      const status = await visitor.ask(`${address}/sign-in`).then(
        (answer) => answer.status,
        () => 0
      )
      counts[status] = (counts[status] ?? 0) + 1
    }
  }
  const visits = Array.from({ length: 4 }, visit)
  await meanwhile().finally(() => (isOver = true))
  await Promise.all(visits)
  const statuses = Object.keys(counts).map(Number)
  return { answered: Object.values(counts).reduce((a, b) => a + b, 0), statuses, counts }
}
