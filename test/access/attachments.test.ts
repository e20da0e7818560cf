/** Files in a record's own fields: with the record where the field is shown on it, and nowhere else (A18). */
import { expect } from 'chai'
import { text } from 'node:stream/consumers'
import { always, any, isPending, oneOf, writtenBy, type Condition } from '../../src/access/condition.js'
import type { Grant, ModulePolicy } from '../../src/access/grant.js'
import { records } from '../../src/access/records.js'
import type { Records } from '../../src/access/record.js'
import { Invalid, NotFound } from '../../src/errors.js'
import { HostRefused, type FieldValue, type FileInfo } from '../../src/host/host.js'
import { eachDatabase } from '../support/databases.js'
import { grant, policyOf } from './shapes.js'
import { eva, openWorld, type World } from './world.js'
import { anna } from './world-rows.js'

const annas = oneOf('id', ['q1'])

function quotes(when: Condition, more: Partial<Grant> = {}): ModulePolicy[] {
  return [policyOf('Quote', [grant('Quote', 'g', when, more)])]
}

describe('files in the fields of a record', () => {
  eachDatabase((open) => {
    let world: World

    before(async function () {
      this.timeout(60_000)
      world = await openWorld((await open()).db, 1)
    })

    const door = async (policy: readonly ModulePolicy[]): Promise<Records> => records(await world.viewer(policy))

    it('come with the record, its own ones alone, in order', async () => {
      const { values } = await (await door(quotes(annas))).find('Quote', 'q1')
      expect(values['papers']).to.deep.equal([
        { id: 'fQ1b', name: 'fQ1b.txt', type: 'text/plain', size: 1 },
        { id: 'fQ1', name: 'Offer.pdf', type: 'application/pdf', size: 7 }
      ])
      expect(values['contract']).to.deep.equal([{ id: 'fSigned', name: 'fSigned.txt', type: 'text/plain', size: 1 }])
    })

    const statementsOf = async (ask: () => Promise<unknown>): Promise<string[]> => {
      const statements: string[] = []
      const listen = ({ sql }: { sql: string }): void => void statements.push(sql)
      world.db.on('query', listen)
      await ask()
      world.db.removeListener('query', listen)
      return statements
    }

    it('come in one statement of their own, and in none where no such field is shown', async () => {
      const asked = async (policy: ModulePolicy[]): Promise<number> => {
        const statements = await statementsOf(async () => (await door(policy)).find('Quote', 'q1'))
        return statements.filter((sql) => sql.includes('attachment')).length
      }
      expect(await asked(quotes(annas))).to.equal(1)
      expect(await asked(quotes(annas, { fields: ['name'] }))).to.equal(0)
    })

    it('come with several records at once as with each, in two statements for all of them', async () => {
      const fewer = grant('Quote', 'others', oneOf('id', ['q2']), { fields: ['name', 'contract'] })
      const his = await door([policyOf('Quote', [grant('Quote', 'mine', annas), fewer])])
      const [q1, q2] = [await his.find('Quote', 'q1'), await his.find('Quote', 'q2')]
      let found: ReadonlyMap<string, unknown> = new Map()
      const statements = await statementsOf(async () => {
        found = await his.findSome('Quote', ['q2', 'none', 'Q1', "q1'", 'q1', 'q2'])
      })
      expect([...found].toSorted()).to.deep.equal([
        ['q1', q1],
        ['q2', q2]
      ])
      expect(q1.values['papers'], 'there is something to mix up').to.have.length(2)
      expect(q2.values).not.to.have.property('papers')
      expect(statements).to.have.length(2)
      expect(await (await door(quotes(annas))).findSome('Case', ['c1']), 'of a module that is not his').to.have.length(
        0
      )
    })

    it('do not come with lists, even when asked for', async () => {
      const { records: found } = await (await door(quotes(annas))).list('Quote', { fields: ['name', 'papers'] })
      expect(Object.keys(found[0]!.values)).to.deep.equal(['name'])
    })

    it('are read by whoever sees the field on this record', async () => {
      const { info, open: read } = await (await door(quotes(annas))).attachment('Quote', 'q1', 'papers', 'fQ1')
      expect(info).to.include({ id: 'fQ1', name: 'Offer.pdf', size: 7 })
      expect(await text(await read())).to.equal('content of fQ1')
    })

    const hidden = quotes(annas, { fields: ['name', 'contract'] })
    const byAnother = [
      policyOf('Quote', [
        grant('Quote', 'mine', annas, { fields: ['name'] }),
        grant('Quote', 'others', oneOf('id', ['q2']))
      ])
    ]
    const refusals: [string, ModulePolicy[], [string, string, string]][] = [
      ['of a record he does not see', quotes(annas), ['q2', 'papers', 'fOther']],
      ['of another record, by the id of his own', quotes(annas), ['q1', 'papers', 'fOther']],
      ['of a record of another module with the same id', quotes(annas), ['q1', 'papers', 'fCase']],
      ['of another field, by the name of this one', quotes(annas), ['q1', 'papers', 'fSigned']],
      ['of a field the catalog does not know', quotes(annas), ['q1', 'drafts', 'fField']],
      ['that was removed', quotes(annas), ['q1', 'papers', 'fDead']],
      ['that is on nothing', quotes(annas), ['q1', 'papers', 'fLoose']],
      ['whose id differs only in case', quotes(annas), ['q1', 'papers', 'FQ1']],
      ['of a record whose id differs only in case', quotes(annas), ['q1', 'papers', 'fCI']],
      ['of a field that holds no files', quotes(annas), ['q1', 'terms', 'fQ1']],
      ['by an id no host has', quotes(annas), ['q1', 'papers', "fQ1' or '1"]],
      ['of a field that is hidden', hidden, ['q1', 'papers', 'fQ1']],
      ['of a field shown on other records only', byAnother, ['q1', 'papers', 'fQ1']],
      ['of a record he may list but not open', quotes(annas, { actions: ['view'] }), ['q1', 'papers', 'fQ1']]
    ]
    for (const [title, policy, [id, field, file]] of refusals) {
      it(`A18 a file ${title} is not there`, async () => {
        const opened = await door(policy)
        const refused = await opened.attachment('Quote', id, field, file).then(
          () => undefined,
          (error: unknown) => error
        )
        expect(refused).to.be.instanceOf(NotFound)
      })
    }

    it('A09 can’t be filtered, sorted or searched by, nor can HTML', async () => {
      const opened = await door(quotes(annas))
      for (const field of ['papers', 'terms', 'nothing']) {
        for (const operator of ['=', 'contains', 'isEmpty'] as const) {
          const refused = await opened.list('Quote', { filter: [{ field, operator, value: 'Pay' }] }).catch(classOf)
          expect(refused, `${field} ${operator}`).to.equal('UnknownField')
        }
        expect(await opened.list('Quote', { sort: { field, descending: false } }).catch(classOf)).to.equal(
          'UnknownField'
        )
      }
      expect((await opened.list('Quote', { search: 'soon' })).records).to.have.length(0)
      expect((await opened.module('Quote')).sortable)
        .to.include('total')
        .and.not.to.include('terms')
    })

    it('A14 are no value anybody could write, nor is HTML, whatever the catalog says', async () => {
      const opened = await door(quotes(always, { actions: ['view', 'open', 'edit', 'create'] }))
      world.writes.splice(0)
      const forbidden: Record<string, FieldValue>[] = [
        { terms: '<p>free</p>' },
        { papers: ['fOther'] },
        { contract: 'fOther' }
      ]
      for (const values of forbidden) {
        expect(await opened.change('Quote', 'q1', values).catch(classOf)).to.equal('Invalid')
        expect(await opened.create('Quote', { values: { name: 'x', ...values } }).catch(classOf)).to.equal('Invalid')
      }
      expect(world.writes).to.deep.equal([])
      expect([...(await opened.find('Quote', 'q1')).writable])
        .to.include('total')
        .and.not.to.include.members(['terms'])
      expect((await opened.module('Quote')).creatable).not.to.include('terms')
      await opened.change('Quote', 'q1', { total: 99.99 })
      expect(world.writes).to.deep.equal(['save'])
    })

    describe('are put into a field of a record', () => {
      const written = (more: Partial<Grant> = {}): ModulePolicy[] => [
        policyOf('Quote', [
          grant('Quote', 'seen', any(annas, isPending)),
          grant('Quote', 'written', any(annas, isPending), { actions: ['edit', 'create'], ...more })
        ])
      ]
      const filesOf = async (opened: Records, id: string): Promise<string[]> =>
        ((await opened.find('Quote', id)).values['papers'] as FileInfo[]).map((file) => file.id)
      beforeEach(() => void world.writes.splice(0))

      it('T06 with a new one, and replaced by a change: one write each', async () => {
        const hers = policyOf('Quote', [
          grant('Quote', 'own', any(annas, isPending, writtenBy('Quote', anna.person)), {
            actions: ['view', 'open', 'edit', 'create']
          })
        ])
        const opened = await door([hers])
        const id = await opened.create('Quote', { values: { name: 'With files' }, files: { papers: ['fLoose'] } })
        expect(world.writes).to.deep.equal(['save'])
        expect(await filesOf(opened, id)).to.deep.equal(['fLoose'])
        await opened.change('Quote', id, {}, { papers: ['fDead'] })
        expect(world.writes).to.deep.equal(['save', 'save'])
        expect((await opened.find('Quote', id)).writable).to.include('papers')
        expect((await opened.module('Quote')).creatable).to.include('papers')
        await opened.together([{ kind: 'change', module: 'Quote', id, values: { name: 'y' }, files: { papers: [] } }])
        expect(await filesOf(opened, id)).to.deep.equal([])
      })

      const refused: [string, () => Promise<unknown>, string][] = [
        [
          'A14 a field his grant does not cover',
          async () => put(written({ fields: ['name'] }), { papers: ['fLoose'] }),
          'Invalid'
        ],
        ['A14 a field that keeps no files', async () => put(written(), { name: ['fLoose'] }), 'Invalid'],
        ['A14 HTML', async () => put(written(), { terms: ['fLoose'] }), 'Invalid'],
        ['A14 a field that is not there', async () => put(written(), { nothing: ['fLoose'] }), 'Invalid'],
        ['A42 what can be no file', async () => put(written(), { papers: ["fLoose' or '1"] }), 'Invalid'],
        ['A02 a record he may only read', async () => put(quotes(annas), { papers: ['fLoose'] }), 'Forbidden'],
        [
          'A02 a record he does not see',
          async () => (await door(written())).change('Quote', 'q2', {}, { papers: ['fLoose'] }),
          'NotFound'
        ],
        [
          'A14 a new record, into a field his grant does not cover',
          async () =>
            (await door(written({ fields: ['name'] }))).create('Quote', {
              values: { name: 'x' },
              files: { papers: ['fLoose'] }
            }),
          'Invalid'
        ],
        [
          'A15 a new record that is refused for something else',
          async () =>
            (await door(written())).create('Quote', {
              values: { name: 'x', total: 'much' },
              files: { papers: ['fLoose'] }
            }),
          'Invalid'
        ],
        [
          'Z13 anything in a preview',
          async () =>
            records(await world.viewer(written(), { previewBy: eva })).change(
              'Quote',
              'q1',
              {},
              { papers: ['fLoose'] }
            ),
          'Forbidden'
        ]
      ]
      const put = async (policy: ModulePolicy[], files: Record<string, string[]>): Promise<void> =>
        (await door(policy)).change('Quote', 'q1', {}, files)
      for (const [title, attempted, error] of refused)
        it(`A15 but not into ${title}: the host is asked for nothing`, async () => {
          expect(await attempted().catch(classOf)).to.equal(error)
          expect(world.writes).to.deep.equal([])
          expect(await filesOf(await door(quotes(annas)), 'q1')).to.deep.equal(['fQ1b', 'fQ1'])
        })

      it('A18 what the host refuses as somebody else’s file is said beside the field', async () => {
        const { save } = world.host
        const error = new HostRefused({ papers: { key: 'errors.field.reference' } })
        Object.assign(world.host, { save: () => Promise.reject(error) })
        try {
          const refusal = await put(written(), { papers: ['fOther'] }).catch((one: unknown) => one)
          expect(refusal).to.be.instanceOf(Invalid)
          expect((refusal as Invalid).fields).to.have.key('papers')
        } finally {
          Object.assign(world.host, { save })
        }
      })
    })

    it('Z06 a clone takes the bare amount, and neither files nor HTML', async () => {
      const opened = await door(quotes(annas, { actions: ['view', 'open', 'create', 'clone'] }))
      const values = await opened.cloneOf('Quote', 'q1')
      expect(values).to.deep.include({ name: 'Offer', total: 99.99, totalCurrency: 'USD' })
      expect(values).not.to.have.any.keys('papers', 'contract', 'terms')
    })

    it('an amount carries its currency where that field is hidden, and nothing else of it', async () => {
      const opened = await door(quotes(oneOf('id', ['q1', 'q2', 'Q1']), { fields: ['name', 'total', 'discount'] }))
      const totals = async (id: string): Promise<unknown> => (await opened.find('Quote', id)).values
      expect(await totals('q1')).to.deep.equal({
        name: 'Offer',
        total: { amount: 99.99, currency: 'USD' },
        discount: { amount: 5, currency: undefined }
      })
      expect(await totals('q2')).to.deep.include({ total: { amount: 0, currency: undefined } })
      expect(await totals('Q1')).to.deep.include({ total: { amount: 1, currency: undefined } })
    })
  })
})

function classOf(error: unknown): string {
  return (error as Error).constructor.name
}
