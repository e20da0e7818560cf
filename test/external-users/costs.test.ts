import { expect } from 'chai'
import fc from 'fast-check'
import { costCells, costKinds, hoursOf, monthsOf, sumOf, type Work } from '../../src/external-users/costs.js'
import { decimal, fraction, rounded } from '../../src/external-users/fraction.js'

/** As it is generated: minutes in hundredths, people by number. */
interface Rough {
  readonly kind: number
  readonly month: number
  readonly minutes: number
  readonly people: readonly number[]
}

const mostPeople = 7
/** All of 1 to 7 divide it. */
const shares = 420n

const rough = fc.record({
  kind: fc.nat(costKinds.length - 1),
  month: fc.nat(2),
  minutes: fc.nat(100_000),
  people: fc.uniqueArray(fc.nat(mostPeople - 1), { maxLength: mostPeople })
})
const ratesOf = fc.array(fc.option(fc.nat(50_000), { nil: undefined }), {
  minLength: mostPeople,
  maxLength: mostPeople
})

function workOf({ kind, month, minutes, people }: Rough): Work {
  return {
    kind: costKinds[kind]!,
    month: `2026-0${month + 1}`,
    minutes: decimal((minutes / 100).toFixed(2)),
    responsible: people.map(String)
  }
}

function ratesIn(rates: readonly (number | undefined)[]): ReadonlyMap<string, number> {
  return new Map(rates.flatMap((rate, person) => (rate === undefined ? [] : [[String(person), rate] as const])))
}

/** The total in hundredths the plain way: everything over one common denominator, divided once. */
function plainCost(all: readonly Rough[], rates: readonly (number | undefined)[]): number {
  let sum = 0n
  for (const { minutes, people } of all)
    for (const person of people) sum += (BigInt(minutes) * BigInt(rates[person] ?? 0) * shares) / BigInt(people.length)
  const denominator = 60n * 100n * shares
  return Number((2n * sum + denominator) / (2n * denominator))
}

describe('the costs of time', () => {
  it('T11 are exact whatever the minutes, rates and people, and rounded once', () => {
    fc.assert(
      fc.property(fc.array(rough, { maxLength: 60 }), ratesOf, (all, rates) => {
        const cells = costCells(all.map(workOf), ratesIn(rates))
        expect(rounded(sumOf(cells).cost)).to.equal(plainCost(all, rates))
      }),
      { numRuns: 300 }
    )
  })

  it('T11 add up the same by person, kind and month, in whatever order, and lose no minute', () => {
    fc.assert(
      fc.property(fc.array(rough, { maxLength: 30 }), ratesOf, (all, rates) => {
        const cells = costCells(all.map(workOf), ratesIn(rates))
        const backwards = sumOf(costCells([...all].reverse().map(workOf), ratesIn(rates)))
        expect(sumOf(cells)).to.deep.equal(backwards)
        const parts = costKinds.map((kind) => sumOf(cells.filter((cell) => cell.kind === kind)).cost)
        const [first, second, third] = parts as [(typeof parts)[0], (typeof parts)[0], (typeof parts)[0]]
        expect(
          sumOf([first, second, third].map((cost) => ({ ...cells[0]!, minutes: decimal(0), cost }))).cost
        ).to.deep.equal(sumOf(cells).cost)
        const minutes = all.reduce((sum, one) => sum + one.minutes, 0)
        expect(sumOf(cells).minutes).to.deep.equal(fraction(BigInt(minutes), 100n))
      }),
      { numRuns: 100 }
    )
  })

  it('T11 would differ if each row were rounded: three thirds of an hour at 0.01 cost one hundredth', () => {
    const third: Work = { kind: 'tasks', month: '2026-01', minutes: decimal(20), responsible: ['a'] }
    const months = ['2026-01', '2026-02', '2026-03'].map((month) => ({ ...third, month }))
    const cells = costCells(months, new Map([['a', 1]]))
    expect(cells.map(({ cost }) => rounded(cost!))).to.deep.equal([0, 0, 0])
    expect(rounded(sumOf(cells).cost)).to.equal(1)
  })

  it('T11 several responsible share the time equally; nobody’s time and time without a rate stand apart', () => {
    const work: Work[] = [
      { kind: 'calls', month: '2026-01', minutes: decimal(60), responsible: ['rated', 'unrated', 'free'] },
      { kind: 'calls', month: '2026-01', minutes: decimal(30), responsible: [] }
    ]
    const cells = costCells(
      work,
      new Map([
        ['rated', 6000],
        ['free', 0]
      ])
    )
    const shown = cells.map(({ personId, minutes, cost }) => [personId, rounded(minutes), cost && rounded(cost)])
    expect(shown).to.deep.equal([
      ['rated', 20, 2000],
      ['unrated', 20, undefined],
      ['free', 20, 0],
      [undefined, 30, undefined]
    ])
    expect(rounded(sumOf(cells).unrated)).to.equal(50)
    expect(rounded(hoursOf(sumOf(cells).minutes))).to.equal(150)
  })

  it('rounds halves away from zero, and takes nothing that is no number', () => {
    expect([1n, -1n, 3n, 0n].map((half) => rounded(fraction(half, 2n)))).to.deep.equal([1, -1, 2, 0])
    expect(rounded(decimal('0.1')) + rounded(decimal(1e-7))).to.equal(0)
    for (const nothing of [null, undefined, '', 'much', Number.NaN, Infinity])
      expect(decimal(nothing)).to.deep.equal(decimal(0))
    expect(decimal(0.1)).to.deep.equal(fraction(1n, 10n))
  })

  it('T11 the months of a chart are all from the first to the last, over the year’s end, and not too many', () => {
    const cell = { personId: 'a', kind: 'tasks', minutes: decimal(1), cost: undefined } as const
    const cells = ['2025-11', '2026-02'].map((month) => ({ ...cell, month }))
    expect(monthsOf(cells, 24)).to.deep.equal(['2025-11', '2025-12', '2026-01', '2026-02'])
    expect(monthsOf(cells, 2)).to.deep.equal(['2026-01', '2026-02'])
    expect(monthsOf([], 24)).to.deep.equal([])
  })
})
