/** The costs of a project as tables: by person, by month, and cell by cell for a file. */
import type { Translate } from '../../web/locale.js'
import type { Format } from '../../web/format.js'
import { costKinds, hoursOf, sumOf, type Cell, type Sum } from '../costs.js'
import { rounded, type Fraction } from '../fraction.js'
import { currency } from '../hourly-rate.js'
import type { ProjectCosts } from '../project-costs.js'

export interface Telling {
  readonly t: Translate
  readonly format: Format
}

export interface CostTable {
  readonly head: readonly string[]
  readonly rows: readonly CostRow[]
  readonly foot: CostRow
}

export interface CostRow {
  readonly label: string
  readonly values: readonly string[]
}

/** Euros of hundredths. */
export function amountOf(cost: Fraction): number {
  return rounded(cost) / 100
}

/** Hours with two decimals. */
export function hours(minutes: Fraction): number {
  return rounded(hoursOf(minutes)) / 100
}

export function money({ format }: Pick<Telling, 'format'>, amount: number): string {
  return format.money(amount, currency)
}

/** A row for each who spent time, by name; those whom the CRM hides are one, and so is nobody. Hours by kind, rate and costs, which of those
 *  whom the CRM hides would tell the rate: theirs are in the total alone. */
export function tableByPerson(telling: Telling, costs: ProjectCosts): CostTable {
  const { t } = telling
  const groups = groupedBy(costs.cells, (cell) => nameOf(telling, costs, cell))
  const rows = [...groups].map(([label, cells]) => {
    const rate = rateOf(costs, cells)
    const shownRate = rate === undefined ? '' : money(telling, rate / 100)
    const cost = areHidden(costs, cells) ? '' : shownCost(telling, cells)
    return { label, values: [...hoursByKind(telling, cells), shownRate, cost] }
  })
  const head = [t('external:costs.person'), ...kindHeads(t), t('external:member.rate'), t('external:costs.costs')]
  const foot = [...hoursByKind(telling, costs.cells), '', shownCost(telling, costs.cells)]
  return { head, rows: rows.toSorted(byLabel), foot: { label: t('external:costs.total'), values: foot } }
}

/** A row for each month, the newest first. Costs by kind, hours, and all costs. */
export function tableByMonth(
  telling: Telling,
  { cells }: ProjectCosts,
  monthName: (month: string) => string
): CostTable {
  const { t, format } = telling
  const valuesOf = (some: readonly Cell[]): string[] => [
    ...costKinds.map((kind) => money(telling, amountOf(sumOf(some.filter((cell) => cell.kind === kind)).cost))),
    format.number(hours(sumOf(some).minutes)),
    money(telling, amountOf(sumOf(some).cost))
  ]
  const groups = [...groupedBy(cells, ({ month }) => month)].reverse()
  const kinds = costKinds.map((kind) => t(`external:kind.${kind}`))
  return {
    head: [t('external:costs.month'), ...kinds, t('external:costs.hours'), t('external:costs.costs')],
    rows: groups.map(([month, some]) => ({ label: monthName(month), values: valuesOf(some) })),
    foot: { label: t('external:costs.total'), values: valuesOf(cells) }
  }
}

/** For a spreadsheet: numbers with a point, whatever the reader's language. */
export function rowsForFile(telling: Telling, costs: ProjectCosts): string[][] {
  const { t } = telling
  const key = (cell: Cell): string => JSON.stringify([cell.month, nameOf(telling, costs, cell), cell.kind])
  const rows = [...groupedBy(costs.cells, key).values()].map((cells) => {
    const [first] = cells as [Cell]
    const { minutes, cost, unrated }: Sum = sumOf(cells)
    const name = nameOf(telling, costs, first)
    const numbers = [hours(minutes), hours(unrated), amountOf(cost)].map((number) => number.toFixed(2))
    const shown = areHidden(costs, cells) ? [numbers[0] ?? '', '', ''] : numbers
    return [first.month, name, t(`external:kind.${first.kind}`), ...shown]
  })
  const head = ['month', 'person', 'kind', 'hours', 'withoutRate', 'costsIn'].map((word) => t(`external:costs.${word}`))
  return [head, ...rows]
}

function nameOf({ t }: Telling, { people }: ProjectCosts, { personId }: Cell): string {
  if (personId === undefined) return t('external:costs.nobody')
  const person = people.get(personId)
  if (!person) return t('external:costs.gone')
  if (person.name === undefined) return t('external:users.hidden')
  return person.isFormer ? t('external:costs.former', { name: person.name }) : person.name
}

/** Whether among them is somebody whom the CRM hides. */
export function areHidden({ people }: ProjectCosts, cells: readonly Cell[]): boolean {
  return cells.some(({ personId }) => {
    const person = personId === undefined ? undefined : people.get(personId)
    return person !== undefined && person.name === undefined
  })
}

/** Undefined for several people. */
function rateOf({ people }: ProjectCosts, cells: readonly Cell[]): number | undefined {
  const ids = new Set(cells.map(({ personId }) => personId))
  const [id] = ids
  return ids.size === 1 && id !== undefined ? people.get(id)?.rate : undefined
}

function kindHeads(t: Translate): string[] {
  return [
    ...costKinds.map((kind) => t('external:costs.hoursOn', { kind: t(`external:kind.${kind}`) })),
    t('external:costs.hours')
  ]
}

function hoursByKind({ format }: Telling, cells: readonly Cell[]): string[] {
  const told = (some: readonly Cell[]): string => (some.length === 0 ? '' : format.number(hours(sumOf(some).minutes)))
  return [...costKinds.map((kind) => told(cells.filter((cell) => cell.kind === kind))), told(cells)]
}

/** Nothing for time without a rate alone. */
function shownCost(telling: Telling, cells: readonly Cell[]): string {
  return cells.some(({ cost }) => cost) ? money(telling, amountOf(sumOf(cells).cost)) : ''
}

function groupedBy(cells: readonly Cell[], keyOf: (cell: Cell) => string): Map<string, Cell[]> {
  const groups = new Map<string, Cell[]>()
  for (const cell of cells) groups.set(keyOf(cell), [...(groups.get(keyOf(cell)) ?? []), cell])
  return groups
}

function byLabel(one: CostRow, other: CostRow): number {
  return one.label.localeCompare(other.label)
}
