import { expect } from 'chai'
import { setModuleRights } from '../../src/external-users/module-rights.js'
import { rightsAt, rightsStamp, saidOf, type RecordRights } from '../../src/external-users/object-rights.js'
import { changeRecordRights } from '../../src/external-users/record-rights.js'
import { responsibleAt } from '../../src/external-users/responsible.js'
import type { ExternalUser } from '../../src/external-users/external-users.js'
import { whileHost } from '../support/changed-host.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { openGuests, retrofit, type Guests } from './guests.js'

const pages = '/portico/admin/external-users'
const security = `${pages}/projects/${retrofit}/security`
const task = 'foundation-house-b'
const taskPage = `${pages}/records/Task/${task}`

onSqlite('object rights said by staff (T07)', (open) => {
  describe('on their pages', function () {
    this.timeout(60_000)
    let at: Guests
    let petra: Visitor
    let irena: Visitor
    let dirk: ExternalUser

    before(async () => {
      at = await openGuests(open)
      dirk = await at.admit('dirk', retrofit)
      await at.admit('ulrike', retrofit)
      await at.release('name')
      petra = await at.staff('petra')
      irena = await at.staff('irena')
    })

    after(() => at.test.close())

    const said = (module: string, id: string): Promise<RecordRights> => rightsAt(at.test.embedded.db, module, id)
    const outcome = (visitor: Visitor, name: string): string =>
      visitor
        .page('section table tbody tr')
        .filter((_, row) => visitor.page(row).find('td').length === 2 && visitor.page(row).text().includes(name))
        .find('td')
        .first()
        .text()
        .trim()

    it('T01 T07 let the group External read a project, which opens it to its members', async () => {
      await petra.open(security)
      petra.is(200).sees('Group External', 'Dirk Kessel', 'Ulrike Brandt')
      expect(outcome(petra, 'Dirk')).to.equal('Does not see it.')
      expect((await at.guest('dirk')).path).to.equal('/external/sign-in')
      await petra.send('Save rights', { 'read-external': 'allow' })
      petra.sees('The rights are saved and in force.', 'Reading is allowed to the group External.')
      expect(outcome(petra, 'Dirk')).to.equal('Opens and reads it.')
      expect((await at.guest('dirk')).path).to.equal('/external/')
    })

    it('T07 deny wins, whoever it is said of', async () => {
      await petra.open(security)
      await petra.send('Save rights', { [`read-${dirk.id}`]: 'deny' })
      petra.sees('Reading is denied to Dirk Kessel.')
      expect(outcome(petra, 'Dirk')).to.equal('Does not see it.')
      expect(outcome(petra, 'Ulrike')).to.equal('Opens and reads it.')
      await petra.send('Save rights', { 'read-external': 'deny', [`read-${dirk.id}`]: 'allow' })
      expect(outcome(petra, 'Dirk')).to.equal('Does not see it.')
      await petra.send('Save rights', { 'read-external': 'allow', [`read-${dirk.id}`]: '' })
      expect(outcome(petra, 'Dirk')).to.equal('Opens and reads it.')
      expect(await said('Project', retrofit)).to.deep.equal(new Map([['external', { read: 'allow' }]]))
    })

    it('T05 no right opens a project for writing', async () => {
      await petra.open(security)
      await petra.send('Save rights', { 'write-external': 'allow', 'delete-external': 'allow' })
      expect(outcome(petra, 'Dirk')).to.equal('Opens and reads it.')
      await petra.send('Save rights', { 'write-external': '', 'delete-external': '' })
    })

    it('T07 the second of two is told, and nothing is overwritten', async () => {
      await petra.open(security)
      await irena.open(security)
      await irena.send('Save rights', { 'delete-external': 'deny' })
      irena.is(200)
      await petra.send('Save rights', { [`write-${dirk.id}`]: 'allow' })
      petra.is(409)
      expect(petra.page(`select[name="write-${dirk.id}"] option[selected]`).attr('value')).to.equal('allow')
      expect(await said('Project', retrofit)).to.deep.equal(new Map([['external', { read: 'allow', delete: 'deny' }]]))
    })

    it('T07 takes no other word and no other person', async () => {
      await petra.open(security)
      const stamp = petra.page('input[name=stamp]').attr('value')!
      expect((await petra.forge(security, { stamp, 'read-external': 'everything' })).status).to.equal(422)
      expect((await petra.forge(security, { stamp, 'read-somebody': 'allow' })).status).to.equal(400)
      expect((await petra.forge(security, { stamp, 'read-external': 'allow' })).status).to.equal(303)
    })

    it('T07 is noted, with the people by name', async () => {
      await petra.open(security)
      petra.sees('Security for external users changed', 'must not delete')
      const { host } = at.test.embedded
      const usually = host.allows
      const allows: typeof host.allows = async (by, right, module, id) =>
        id !== 'dirk' && usually(by, right, module, id)
      await whileHost(at.test, { allows }, async () => {
        await petra.open(security)
        petra.is(200).sees('Ulrike Brandt', 'Not shown to you by the CRM').doesNotSee('Dirk Kessel', dirk.id)
        const stamp = petra.page('input[name=stamp]').attr('value')!
        expect((await petra.forge(security, { stamp, [`read-${dirk.id}`]: 'allow' })).status).to.equal(400)
      })
    })

    it('T07 needs the right to edit the record in the CRM; to look, the right to see it', async () => {
      const { host } = at.test.embedded
      const usually = host.allows
      const stamp = rightsStamp(await said('Task', task))
      const edit: typeof host.allows = async (by, right, ...rest) => right === 'view' && usually(by, right, ...rest)
      await whileHost(at.test, { allows: edit }, async () => {
        for (const page of [security, taskPage]) {
          await petra.open(page)
          petra.is(200)
          expect(petra.page('select:not([disabled])').length, page).to.equal(0)
          expect((await petra.forge(page, { stamp, 'read-external': 'allow' })).status, page).to.equal(404)
        }
      })
      await whileHost(at.test, { allows: async () => false }, async () => {
        for (const page of [security, taskPage]) expect((await petra.peek(page)).status, page).to.equal(404)
      })
      for (const page of [security, taskPage]) expect((await petra.peek(page)).status, page).to.equal(200)
      for (const page of ['Account/nordwind', 'Task/no-such-task', 'NoModule/x'])
        expect((await petra.peek(`${pages}/records/${page}`)).status, page).to.equal(404)
    })

    it('T06 somebody responsible opens and changes a task; a button on the task leads there', async () => {
      await petra.open(`/crm/Task/${task}`)
      await petra.follow('External access')
      petra.is(200).sees('External access to', 'Responsible')
      await petra.send('Save responsible people', { responsible: [dirk.id] })
      petra.sees('Who is responsible is saved.', 'Is responsible.')
      expect(outcome(petra, 'Dirk')).to.equal('Opens, reads and changes it.')
      expect(outcome(petra, 'Ulrike')).to.equal('Does not see it.')
      expect(await responsibleAt(at.test.embedded.db, 'Task', task)).to.deep.equal([dirk.id])
      const ben = await at.staff('ben')
      await ben.open(`/crm/Task/${task}`)
      ben.is(200).doesNotSee('External access')
    })

    it('T07 A11 S09 tells nothing of who takes part in a project that the CRM hides', async () => {
      const { host } = at.test.embedded
      const usually = host.allows
      const allows: typeof host.allows = async (by, right, module, id) =>
        module !== 'Project' && usually(by, right, module, id)
      await whileHost(at.test, { allows }, async () => {
        await petra.open(taskPage)
        petra.is(200).sees('Dirk Kessel').doesNotSee('Ulrike Brandt')
        expect(petra.page('input[name=responsible]').length).to.equal(1)
      })
      await petra.open(taskPage)
      petra.sees('Ulrike Brandt', 'Module right “Tasks”: no.')
    })

    it('T06 T07 writing denied leaves reading; deleting has to be allowed', async () => {
      await petra.open(taskPage)
      await petra.send('Save rights', { 'write-external': 'deny', [`delete-${dirk.id}`]: 'allow' })
      expect(outcome(petra, 'Dirk')).to.equal('Opens, reads and deletes it.')
      await petra.send('Save rights', { 'write-external': '', [`delete-${dirk.id}`]: '' })
      expect(outcome(petra, 'Dirk')).to.equal('Opens, reads and changes it.')
    })

    it('T06 only members can be made responsible; the second of two is told', async () => {
      await petra.open(taskPage)
      const shownResponsible = petra.page('input[name=shownResponsible]').attr('value')!
      const address = `${taskPage}/responsible`
      expect((await petra.forge(address, { shownResponsible, responsible: ['nobody'] })).status).to.equal(422)
      expect((await petra.forge(address, { shownResponsible: '', responsible: [dirk.id] })).status).to.equal(409)
      await petra.open(taskPage)
      await petra.send('Save responsible people', { responsible: [] })
      expect(await responsibleAt(at.test.embedded.db, 'Task', task)).to.deep.equal([])
      expect(
        (await petra.forge(`${pages}/records/Quote/annas-quote/responsible`, { shownResponsible: '' })).status
      ).to.equal(404)
    })

    it('T06 of a quote nothing but its line in a list is ever seen', async () => {
      const quote = `${pages}/records/Quote/annas-quote`
      await petra.open(quote)
      await petra.send('Save rights', {
        'read-external': 'allow',
        'write-external': 'allow',
        'delete-external': 'allow'
      })
      expect(outcome(petra, 'Dirk')).to.equal('Does not see it.')
      await at.test.embedded.db.transaction((trx) => setModuleRights(trx, dirk.id, new Set(['quotes'])))
      await petra.open(quote)
      expect(outcome(petra, 'Dirk')).to.equal('Sees it in lists and can’t open it.')
    })
  })
})

describe('what is said of one right (T07)', () => {
  it('is what is denied, else what is allowed; to him before to the group', () => {
    const cases = [
      [{}, {}, undefined],
      [{ read: 'allow' }, {}, { effect: 'allow', to: 'group' }],
      [{}, { read: 'allow' }, { effect: 'allow', to: 'person' }],
      [{ read: 'allow' }, { read: 'allow' }, { effect: 'allow', to: 'person' }],
      [{ read: 'deny' }, { read: 'allow' }, { effect: 'deny', to: 'group' }],
      [{ read: 'allow' }, { read: 'deny' }, { effect: 'deny', to: 'person' }],
      [{ write: 'allow' }, { delete: 'deny' }, undefined]
    ] as const
    for (const [group, person, expected] of cases)
      expect(
        saidOf(
          new Map([
            ['external', group],
            ['p', person]
          ]),
          'p',
          'read'
        )
      ).to.deep.equal(expected)
  })
})

eachDatabase((open) => {
  describe('two who say at once what may be done with a record', function () {
    this.timeout(60_000)

    it('T07 one of them is told, the other is heard', async () => {
      const at = await openGuests(open)
      const { context } = at.test.embedded.portico
      const stamp = rightsStamp(new Map())
      const change = (effect: 'allow' | 'deny'): Promise<string> =>
        changeRecordRights(
          context,
          {
            at: { module: 'Task', id: task },
            stamp,
            wanted: new Map([['external', { read: effect }]]),
            subject: `record:Task:${task}`
          },
          at.irena
        ).then(
          () => effect,
          (error: unknown) => String((error as { status: number }).status)
        )
      const answers = await Promise.all([change('allow'), change('deny')])
      expect(answers).to.include('409')
      const heard = answers.find((one) => one !== '409')
      expect(await rightsAt(at.test.embedded.db, 'Task', task)).to.deep.equal(new Map([['external', { read: heard }]]))
      await at.test.close()
    })
  })
})
