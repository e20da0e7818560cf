/** The criteria of a rule mean the same to EspoCRM's extension as to Portico's own pages, whose SQL is the measure (S05). */
import { expect } from 'chai'
import { canCompile, predicate, type Compiler } from '../../src/access/compile.js'
import { compare, operators, type Operator } from '../../src/access/condition.js'
import { dialectOf } from '../../src/db/dialect.js'
import type { Module, Scalar } from '../../src/host/catalog.js'
import { newRun, onEspocrm } from './live.js'
import { openInstallation, type Installation } from './service.js'
import { openSharingWorld, shown, type SharingWorld } from './sharing-world.js'

const texts = [
  '',
  ' ',
  'a',
  'A',
  'á',
  'a ',
  'Straße',
  'STRASSE',
  'ΣΊΣΥΦΟΣ',
  'σίσυφος',
  '50 %',
  "it's",
  'a\\b',
  'a_b',
  '"x"',
  'x/y',
  'ﬃ',
  '😀'
]
const values: Readonly<Record<string, readonly Scalar[]>> = {
  name: [...texts, 'NULL', null, 5],
  description: ['', 'a', 'é', null],
  stage: ['Prospecting', 'prospecting', 'Closed Won', '', 'x'],
  amount: [0, 5, 5.5, 5.9999, -1, '5'],
  probability: [0, 10, 10.5, 50, true],
  closeDate: ['2030-01-01', '2030-01-01 00:00:00', '2030-01-01 10:00:00', '2030-02-30', 'soon'],
  createdAt: ['2020-01-01', '2035-01-01 00:00:00'],
  doNotCall: [true, false, 1],
  account: ['', 'x'],
  cGone: ['x']
}

onEspocrm('the criteria of sharing rules in EspoCRM', (live) => {
  const run = newRun()
  let world: SharingWorld
  let installation: Installation
  let compiler: Compiler
  let module: Module

  before(async function () {
    this.timeout(180_000)
    world = await openSharingWorld(live())
    installation = await openInstallation(live())
    await installation.definitions.refresh()
    compiler = { catalog: await installation.host.catalog('en'), dialect: dialectOf(world.db) }
    module = compiler.catalog.modules.get('Opportunity')!
    const stages = ['Prospecting', 'Closed Won', 'Proposal']
    for (const [index, text] of texts.entries())
      await world.made.make('Opportunity', {
        name: text.trim() === '' ? run : text,
        description: index % 3 === 0 ? null : text,
        stage: stages[index % 3],
        amount: [0, 4.99, 5, 5.5, 6][index % 5],
        probability: [0, 10, 11, 50][index % 4],
        closeDate: ['2030-01-01', '2029-12-31', '2030-01-02'][index % 3],
        assignedUserId: world.cast.two.id
      })
  })

  after(async function () {
    this.timeout(60_000)
    await installation?.close()
    await world?.close()
  })

  /** What Portico's own SQL finds of these records; undefined where the comparison has no meaning. */
  const measured = async (field: string, operator: Operator, value: Scalar): Promise<string[] | undefined> => {
    const condition = compare(field, operator, value)
    if (!canCompile(compiler, module, condition)) return undefined
    const { sql, bindings } = predicate(compiler, module, 'r', condition)
    const rows = await world
      .db('opportunity as r')
      .where({ 'r.deleted': 0, 'r.assigned_user_id': world.cast.two.id })
      .whereRaw(sql, [...bindings])
      .pluck<string[]>('r.id')
    return rows.sort()
  }

  const shared = async (field: string, operator: string, value: Scalar): Promise<string[]> => {
    const criteria = [{ field, operator, value }]
    const rule = {
      module: 'Opportunity',
      from: 'role:sales',
      to: `user:${world.cast.otto.id}`,
      write: false,
      criteria,
      related: []
    }
    await world.inForce({ rules: [rule] })
    return shown(world.as.otto.all('Opportunity', { attributeSelect: 'id' }))
  }

  for (const field of Object.keys(values)) {
    it(`S05 ${field}: every operator finds what it finds in Portico, and where it means nothing it shares nothing`, async function () {
      this.timeout(120_000)
      let found = 0
      for (const operator of operators)
        for (const value of operator.startsWith('is') ? [null] : values[field]!) {
          const expected = await measured(field, operator, value)
          const said = `${field} ${operator} ${JSON.stringify(value)}`
          expect(await shared(field, operator, value), said).to.deep.equal(expected ?? [])
          found += expected?.length ?? 0
        }
      if (module.fields.has(field) && field !== 'account') expect(found).to.be.greaterThan(0)
    })
  }
})
