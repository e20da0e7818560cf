/** Dashlets apart from any page: what is stored, what is drawn, what is said in words (E04). */
import { expect } from 'chai'
import type { Tally } from '../../src/access/record.js'
import { dashletProblems, goneFromDashlet } from '../../src/portal/dashboards/dashlet-check.js'
import {
  isReadable,
  mostFilters,
  readDashlets,
  wordsFor,
  type DashletOf
} from '../../src/portal/dashboards/dashlets.js'
import { drawn, type Drawing } from '../../src/charts/drawing.js'
import { figureOf, type Figure } from '../../src/portal/dashboards/figures.js'
import { formattedText } from '../../src/portal/dashboards/formatted-text.js'
import { formatFor } from '../../src/web/format.js'
import { translator } from '../../src/web/locale.js'
import { catalog, field, withoutField, withoutModule } from './catalog.js'

const chart: DashletOf<'chart'> = {
  kind: 'chart',
  id: 'c',
  title: { any: '' },
  module: 'Case',
  filters: [],
  shape: 'bar',
  by: 'status',
  period: 'month'
}
const list: DashletOf<'list'> = {
  kind: 'list',
  id: 'l',
  title: { any: '', de: 'Offen' },
  module: 'Case',
  filters: [{ field: 'priority', operator: '=', value: 'High' }],
  columns: ['subject', 'status'],
  sort: { field: 'createdAt', descending: true },
  limit: 5,
  isWide: false
}

describe('stored dashlets (E04)', () => {
  it('E04 are read, and what is none is left out and counted', () => {
    const other = { kind: 'weather', id: 'w', title: { any: '' } }
    const text = JSON.stringify([chart, { ...list, limit: 2 }, other, null, { ...list, secret: 1 }, list])
    expect(readDashlets(text)).to.deep.equal({ dashlets: [chart, list], unreadable: 4 })
    expect(readDashlets('[')).to.deep.equal({ dashlets: [], unreadable: 1 })
    expect(readDashlets('[]')).to.deep.equal({ dashlets: [], unreadable: 0 })
  })

  it('E04 speak the reader’s language where they were written in it', () => {
    expect([wordsFor({ any: 'Open', de: 'Offen' }, 'de'), wordsFor({ any: 'Open', de: ' ' }, 'de')]).to.deep.equal([
      'Offen',
      'Open'
    ])
  })

  it('E04 fit the CRM, or say which input does not', () => {
    const wrong = (change: object): string[] => Object.keys(dashletProblems(catalog, { ...chart, ...change }))
    expect(dashletProblems(catalog, list)).to.deep.equal({})
    expect(wrong({})).to.deep.equal([])
    expect(wrong({ module: 'Nothing' })).to.deep.equal(['module'])
    expect(wrong({ module: 'QuoteItem' })).to.deep.equal(['module'])
    expect(wrong({ module: 'User' })).to.deep.equal(['module'])
    expect(wrong({ by: 'subject' })).to.deep.equal(['by'])
    expect(wrong({ by: 'assignedUser' })).to.deep.equal(['by'])
    expect(wrong({ sum: 'subject' })).to.deep.equal(['sum'])
    expect(wrong({ shape: 'line' })).to.deep.equal(['shape'])
    expect(wrong({ shape: 'line', by: 'createdAt' })).to.deep.equal([])
    expect(wrong({ shape: 'donut', by: 'createdAt' })).to.deep.equal(['shape'])
    expect(wrong({ filters: [{ field: 'status', operator: '<', value: 'New' }] })).to.deep.equal(['criteria.0'])
    const listed = (change: object): string[] => Object.keys(dashletProblems(catalog, { ...list, ...change }))
    expect(listed({ columns: ['nothing'] })).to.deep.equal(['columns'])
    expect(listed({ sort: { field: 'description', descending: true } })).to.deep.equal(['sort'])
  })

  it('E04 are not saved with more comparisons than can be read again', () => {
    const filters = Array.from({ length: mostFilters }, () => list.filters[0]!)
    expect(dashletProblems(catalog, { ...list, filters })).to.deep.equal({})
    expect(isReadable({ ...list, filters })).to.equal(true)
    const more = { ...list, filters: [...filters, list.filters[0]!] }
    expect(dashletProblems(catalog, more)).to.have.keys('criteria')
    expect(isReadable(more)).to.equal(false)
  })

  it('E04 say what of them the CRM no longer has', () => {
    expect(goneFromDashlet(catalog, list)).to.deep.equal([])
    expect(goneFromDashlet(withoutField('Case', 'priority'), list)).to.deep.equal(['Case.priority'])
    expect(goneFromDashlet(withoutModule('Case'), list)).to.deep.equal(['Case'])
  })
})

describe('the text of a dashlet (E04)', () => {
  it('E04 has paragraphs, lists, bold words and links', () => {
    expect(
      formattedText('Call **us**.\n\n- one\n- two\n\n[Here](https://a.example/x_y) or https://b.example.')
    ).to.equal(
      '<p>Call <strong>us</strong>.</p><ul><li>one</li><li>two</li></ul>' +
        '<p><a href="https://a.example/x_y" rel="noopener noreferrer nofollow">Here</a> or ' +
        '<a href="https://b.example" rel="noopener noreferrer nofollow">https://b.example</a>.</p>'
    )
  })

  it('E04 runs nothing and links to nothing but the web (A23)', () => {
    for (const text of [
      '<script>alert(1)</script>',
      '[x](javascript:alert(1))',
      '[<img src=x onerror=alert(1)>](https://a.example)',
      'https://a.example/"onmouseover="alert(1)'
    ]) {
      const html = formattedText(text)
      expect(html, text).not.to.match(/<(script|img)|href="javascript|<[^>]* on\w+=/)
    }
  })
})

describe('figures of tallies (E04)', () => {
  const figured = (tally: Partial<Tally>, dashlet = chart, sum?: string): Figure =>
    figureOf(
      {
        dashlet,
        by: field(dashlet.by, dashlet.module),
        sum: sum === undefined ? undefined : field(sum, dashlet.module),
        locale: 'en',
        t: translator('en'),
        format: formatFor('en')
      },
      { groups: [], capped: false, ...tally }
    )
  const group = (value: string | null, count: number, more: object = {}): Tally['groups'][number] => ({
    value,
    count,
    sum: undefined,
    currency: undefined,
    ...more
  })

  it('E04 draw options in the order of the CRM, by their labels, and the table says the same', () => {
    const { charts, table } = figured({ groups: [group('Closed', 7), group('New', 2), group(null, 1)] })
    expect(charts[0]!.points.map(({ label, value }) => [label, value])).to.deep.equal([
      ['New', 2],
      ['Closed', 7],
      ['Not set', 1]
    ])
    expect(table).to.deep.equal({
      head: ['Status', 'Number'],
      rows: [
        { label: 'New', values: ['2'] },
        { label: 'Closed', values: ['7'] },
        { label: 'Not set', values: ['1'] }
      ]
    })
  })

  it('E04 add up what is too much to be told apart', () => {
    const many = Array.from({ length: 12 }, (_, index) => group(`value ${index}`, 20 - index))
    const { charts } = figured({ groups: many })
    expect(charts[0]!.points).to.have.length(6)
    expect(charts[0]!.points.at(-1)).to.include({
      label: 'Others',
      value: [15, 14, 13, 12, 11, 10, 9].reduce((a, b) => a + b)
    })
  })

  it('E04 draw months in which there was nothing, say what has no date in the table alone, and say what is left out', () => {
    const line = { ...chart, shape: 'line', by: 'createdAt' } as const
    const { charts, table, notes } = figured(
      { groups: [group('2025-11', 1), group('2026-02', 3), group(null, 2)], capped: true },
      line
    )
    expect(charts[0]!.points.map(({ label, value }) => [label, value])).to.deep.equal([
      ['11/2025', 1],
      ['12/2025', 0],
      ['1/2026', 0],
      ['2/2026', 3]
    ])
    expect(table.rows.at(-1)).to.deep.equal({ label: 'Not set', values: ['2'] })
    expect(notes).to.deep.equal(['Only the newest 6 records were counted.'])
    const quarters = figured({ groups: [group('2025-Q3', 1), group('2026-Q1', 1)] }, { ...line, period: 'quarter' })
    expect(quarters.table.rows.map(({ label }) => label)).to.deep.equal(['Q3 2025', 'Q4 2025', 'Q1 2026'])
  })

  it('E04 keep currencies apart', () => {
    const money = { ...chart, module: 'Invoice' }
    const { charts, table } = figured(
      {
        groups: [
          group('Paid', 1, { sum: 10, currency: 'EUR' }),
          group('Paid', 2, { sum: 500, currency: 'CZK' }),
          group('Overdue', 1, { sum: 4, currency: 'EUR' })
        ]
      },
      money,
      'amount'
    )
    expect(charts.map(({ currency, points }) => [currency, points.map(({ value }) => value)])).to.deep.equal([
      ['CZK', [500, 0]],
      ['EUR', [10, 4]]
    ])
    expect(table.head).to.have.length(3)
  })
})

describe('drawings (E04, X07)', () => {
  const drawing: Drawing = {
    id: 'chart-1',
    shape: 'bar',
    title: 'Cases & <script>alert(1)</script>',
    description: 'New: 3; "Closed": 4',
    points: [
      { label: 'New <b>', value: 3, shown: '3' },
      { label: '"Closed" & done', value: 4, shown: '4' }
    ],
    short: String
  }

  for (const shape of ['bar', 'horizontal', 'donut', 'line'] as const) {
    it(`E04 a ${shape} is well-formed SVG with a title and a description, and has no style, script or address`, async () => {
      const svg = await drawn({ ...drawing, shape })
      mustBeWellFormed(svg)
      expect(svg).to.match(/^<svg [^>]*role="img" aria-labelledby="chart-1-title chart-1-desc"/)
      expect(svg)
        .to.contain('<title id="chart-1-title">Cases &amp; &lt;script&gt;')
        .and.to.contain('<desc id="chart-1-desc">')
      expect(svg).not.to.match(/<(style|script|b)\b|\s(style|on\w+|href|xlink:href)=/)
      expect(svg.match(/class="(fill|stroke)-(series|slice-)/g), svg).to.have.length.at.least(shape === 'line' ? 1 : 2)
      expect(svg).to.contain('New &lt;b&gt;')
    })
  }
})

/** Every tag is closed in its order, every attribute is quoted once, every & begins an entity of XML. */
function mustBeWellFormed(svg: string): void {
  const open: string[] = []
  for (const [, slash, name = '', attributes = ''] of svg.matchAll(/<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<>]*")*)\s*>/g)) {
    if (slash) expect(open.pop()).to.equal(name)
    else open.push(name)
    const names = [...attributes.matchAll(/([\w:-]+)=/g)].map(([, one]) => one)
    expect(new Set(names).size, attributes).to.equal(names.length)
  }
  expect(open).to.deep.equal([])
  expect(svg.replace(/<\/?[a-z]+(?:\s+[\w:-]+="[^"<>]*")*\s*>/g, '')).not.to.match(/[<>]/)
  expect(svg).not.to.match(/&(?!(amp|lt|gt|quot|#\d+);)/)
}
