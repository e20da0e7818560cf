/** What a project costs by the time its members spend: minutes on tasks, appointments and calls times hourly rates, exactly (T11). */
import type { Activity } from './kinds.js'
import { fraction, plus, times, zero, type Fraction } from './fraction.js'

/** The kinds of things on which time costs. */
export const costKinds = ['tasks', 'appointments', 'calls'] as const satisfies readonly Activity[]
export type CostKind = (typeof costKinds)[number]

/** One task, appointment or call on which time was spent. */
export interface Work {
  readonly kind: CostKind
  /** `2026-03`. */
  readonly month: string
  readonly minutes: Fraction
  /** Ids of those who are responsible: they share the time equally. */
  readonly responsible: readonly string[]
}

/** The time of one person, or of nobody, on things of one kind in one month. */
export interface Cell {
  readonly personId: string | undefined
  readonly kind: CostKind
  readonly month: string
  readonly minutes: Fraction
  /** In hundredths; undefined for time that has no rate. */
  readonly cost: Fraction | undefined
}

const minutesAnHour = 60

/** `rates` are hundredths an hour, of the members who have one. */
export function costCells(work: Iterable<Work>, rates: ReadonlyMap<string, number>): Cell[] {
  const cells = new Map<string, Cell>()
  for (const { kind, month, minutes, responsible } of work) {
    const people: readonly (string | undefined)[] = responsible.length > 0 ? responsible : [undefined]
    for (const personId of people) {
      const key = JSON.stringify([personId, kind, month])
      const known = cells.get(key)
      const share = plus(known?.minutes ?? zero, times(minutes, 1, people.length))
      cells.set(key, { personId, kind, month, minutes: share, cost: costOf(share, rates.get(personId ?? '')) })
    }
  }
  return [...cells.values()].toSorted((a, b) => (a.month < b.month ? -1 : a.month > b.month ? 1 : 0))
}

function costOf(minutes: Fraction, rate: number | undefined): Fraction | undefined {
  return rate === undefined ? undefined : times(minutes, rate, minutesAnHour)
}

export interface Sum {
  readonly minutes: Fraction
  /** Of them those without a rate. */
  readonly unrated: Fraction
  /** In hundredths. */
  readonly cost: Fraction
}

export function sumOf(cells: readonly Cell[]): Sum {
  return cells.reduce<Sum>(
    ({ minutes, unrated, cost }, cell) => ({
      minutes: plus(minutes, cell.minutes),
      unrated: cell.cost ? unrated : plus(unrated, cell.minutes),
      cost: plus(cost, cell.cost ?? zero)
    }),
    { minutes: zero, unrated: zero, cost: zero }
  )
}

/** In hundredths of an hour. */
export function hoursOf(minutes: Fraction): Fraction {
  return fraction(minutes.numerator * 100n, minutes.denominator * BigInt(minutesAnHour))
}

/** All months from the first to the last; at most the last `most`. */
export function monthsOf(cells: readonly Cell[], most: number): string[] {
  const [first, last] = [cells.at(0)?.month, cells.at(-1)?.month]
  const months: string[] = []
  for (let month = last; first !== undefined && month !== undefined && month >= first; month = monthBefore(month)) {
    months.unshift(month)
    if (months.length === most) break
  }
  return months
}

function monthBefore(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const [before, beforeYear] = number === 1 ? [12, year - 1] : [number - 1, year]
  return `${String(beforeYear).padStart(4, '0')}-${String(before).padStart(2, '0')}`
}
