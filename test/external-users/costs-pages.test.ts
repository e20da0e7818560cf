import { expect } from 'chai'
import { memberAt } from '../../src/external-users/members.js'
import { changeMember } from '../../src/external-users/memberships.js'
import { projectCosts } from '../../src/external-users/project-costs.js'
import { setModuleRights } from '../../src/external-users/module-rights.js'
import { kinds } from '../../src/external-users/kinds.js'
import { responsibilities, saveResponsibilities } from '../../src/external-users/responsibilities.js'
import { setResponsible } from '../../src/external-users/responsible.js'
import type { Host } from '../../src/host/host.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { openGuests, retrofit, type Guests } from './guests.js'
import { membersOf } from './members.js'

const costsOf = (project: string): string => `${membersOf(project)}/costs`

onSqlite('the costs of a project', (open) => {
  let at: Guests
  let petra: Visitor
  let dirk: string
  let anna: string

  before(async function () {
    this.timeout(60_000)
    at = await openGuests(open)
    await at.release('name')
    await at.letGroupRead(retrofit)
    petra = await at.staff('petra')
    dirk = (await at.admit('dirk', retrofit)).id
    anna = (await at.admit('anna', retrofit)).id
    await set(dirk, 6850)
    await clear()
  })

  after(() => at.test.close())

  /** The demo world's own work is out of the way. */
  async function clear(): Promise<void> {
    for (const table of ['crm_task', 'crm_call', 'crm_appointment'])
      await at.test.embedded.db(table).update({ spent_minutes: null })
  }

  async function set(
    personId: string,
    hourlyRate: number | undefined,
    responsibilityIds: string[] = []
  ): Promise<void> {
    const { context } = at.test.embedded.portico
    const { user, revision } = await memberAt(context, retrofit, personId)
    const seen = { membership: revision, user: user.revision }
    const doing = { hourlyRate, responsibilities: responsibilityIds, isDeactivated: false, rights: new Set<never>() }
    await changeMember(context, { projectId: retrofit, personId, seen, ...doing }, at.irena)
  }

  /** A record with time on it, and who is responsible. */
  async function work(module: string, values: Record<string, string | number>, ...people: string[]): Promise<string> {
    const { host, db } = at.test.embedded
    const name = { subject: 'Work', project: retrofit, ...values }
    const id = await host.save({ module, values: name }, { kind: 'staff', id: at.irena.id })
    const how = { module, recordId: id, people, by: at.irena.id, now: Date.parse('2026-01-01T00:00:00Z') }
    await db.transaction((trx) => setResponsible(trx, how))
    return id
  }

  async function budget(amount: number | null): Promise<void> {
    const change = { module: 'Project', id: retrofit, values: { budget: amount } }
    await at.test.embedded.host.save(change, { kind: 'staff', id: at.irena.id })
  }

  it('T11 without any time there is nothing to cost', async () => {
    await petra.open(membersOf(retrofit))
    await petra.follow('Costs')
    petra.is(200).sees('No time has been entered').doesNotSee('costs.csv')
  })

  it('T11 are minutes times rates, by person, kind and month, beside the budget; the chart’s table says the same', async () => {
    await work('Task', { spentMinutes: 100, dueDate: '2026-01-31' }, dirk)
    await work('Call', { spentMinutes: 20, startsAt: '2026-02-28 23:30:00', direction: 'Outbound' }, dirk, anna)
    await work('Appointment', { spentMinutes: 45, startsAt: '2026-02-10 08:00:00', endsAt: '2026-02-10 09:00:00' })
    await petra.open(costsOf(retrofit))
    petra.is(200).sees('€125.58', '€86,000.00', '0.1 % of the budget', '€85,874.42 are left')
    expect(rowOf(petra, 'Dirk Kessel')).to.deep.equal(['1.67', '', '0.17', '1.83', '€68.50', '€125.58'])
    expect(rowOf(petra, 'Anna Schmidt')).to.deep.equal(['', '', '0.17', '0.17', '', ''])
    expect(rowOf(petra, 'Nobody from outside is responsible')).to.deep.equal(['', '0.75', '', '0.75', '', ''])
    // Midnight has passed in Berlin: the call is of March.
    expect(rowOf(petra, 'Mar 2026')).to.deep.equal(['€0.00', '€0.00', '€11.42', '0.33', '€11.42'])
    expect(rowOf(petra, 'Feb 2026')).to.deep.equal(['€0.00', '€0.00', '€0.00', '0.75', '€0.00'])
    expect(rowOf(petra, 'Jan 2026')).to.deep.equal(['€114.17', '€0.00', '€0.00', '1.67', '€114.17'])
    petra.sees('0.92 h')
    expect(petra.page('svg.drawing title').text()).to.equal('Costs per month')
    expect(petra.page('svg.drawing text').text()).to.include('€114')
  })

  it('T11 A16 the file has the same numbers, and nothing in it is a formula', async () => {
    await at.test.embedded.db('portico_external_users').where({ id: dirk }).update({ name: '=cmd|A1' })
    const { response, content } = await petra.download(`${costsOf(retrofit)}.csv`)
    expect([response.status, response.headers['content-type']]).to.deep.equal([200, 'text/csv; charset=utf-8'])
    const lines = content.toString('utf8').split('\r\n')
    expect(lines[1]).to.equal(`"2026-01","'=cmd|A1","Tasks","1.67","0.00","114.17"`)
    expect(lines).to.have.length(6)
    await at.test.embedded.db('portico_external_users').where({ id: dirk }).update({ name: 'Dirk Kessel' })
  })

  it('T11 costs above the budget are said to be', async () => {
    await budget(100)
    await petra.open(costsOf(retrofit))
    petra.sees('The costs are €25.58 above the budget.')
    await budget(null)
    await petra.open(costsOf(retrofit))
    petra.is(200).sees('€125.58').doesNotSee('above the budget', 'Budget</h2>')
  })

  it('T11 T10 the time of somebody removed keeps its rate, and so he has it when he is back; a removed task costs nothing', async () => {
    const { host } = at.test.embedded
    const task = await work('Task', { spentMinutes: 60, dueDate: '2026-01-02' }, dirk)
    await petra.open(costsOf(retrofit))
    petra.sees('€194.08')
    await host.remove('Task', task, { kind: 'staff', id: at.irena.id })
    await petra.open(costsOf(retrofit))
    petra.sees('€125.58')
    await petra.forge(`${membersOf(retrofit)}/members/${dirk}/removal`)
    await petra.open(costsOf(retrofit))
    expect(rowOf(petra, 'Dirk Kessel (removed)')).to.deep.equal(['1.67', '', '0.17', '1.83', '€68.50', '€125.58'])
    petra.sees('€125.58', '0.92 h')
    await at.admit('dirk', retrofit)
    await petra.open(costsOf(retrofit))
    petra.sees('€125.58').doesNotSee('(removed)')
    expect((await memberAt(at.test.embedded.portico.context, retrofit, dirk)).hourlyRate).to.equal(6850)
  })

  it('T11 T10 somebody removed who had no rate leaves none, and one who is back with a new rate has that one alone', async () => {
    await petra.forge(`${membersOf(retrofit)}/members/${anna}/removal`)
    await petra.open(costsOf(retrofit))
    expect(rowOf(petra, 'Anna Schmidt')).to.deep.equal(['', '', '0.17', '0.17', '', ''])
    await at.admit('anna', retrofit)
    await petra.forge(`${membersOf(retrofit)}/members/${dirk}/removal`)
    await at.admit('dirk', retrofit)
    await set(dirk, 10_000)
    await petra.open(costsOf(retrofit))
    petra.sees('€183.33')
    await set(dirk, undefined)
    await petra.open(costsOf(retrofit))
    petra.sees('€0.00').doesNotSee('€183.33', '€125.58')
    await set(dirk, 6850)
  })

  it('T11 S09 whom the CRM hides has neither name nor rate here, and what it hides as a whole is not counted', async () => {
    const { host } = at.test.embedded
    const usually = host.allows
    const allows: Host['allows'] = async (by, right, module, id) =>
      id !== 'dirk' && id !== 'anna' && usually(by, right, module, id)
    await whileHost(at.test, { allows }, async () => {
      await petra.open(costsOf(retrofit))
      petra.is(200).sees('€125.58').doesNotSee('Dirk Kessel', 'Anna Schmidt', '€68.50')
      expect(rowOf(petra, 'Not shown to you by the CRM')).to.deep.equal(['1.67', '', '0.33', '2', '', ''])
      petra.sees('what these people cost is in the totals alone')
      const { text } = await petra.peek(`${costsOf(retrofit)}.csv`)
      const theirs = text.split('\r\n').filter((line) => line.includes('Not shown to you by the CRM'))
      expect(theirs).to.include(`"2026-01","Not shown to you by the CRM","Tasks","1.67","",""`)
      for (const line of theirs) expect(line).to.match(/,"",""$/)
    })
    const allowsModule: Host['allowsModule'] = async (_, module) => module !== 'Call'
    await whileHost(at.test, { allowsModule }, async () => {
      await petra.open(costsOf(retrofit))
      petra.is(200).sees('The CRM does not show you these', 'Calls', '€114.17').doesNotSee('€125.58')
    })
  })

  it('T11 are not there for staff without the permission, nor for whom the CRM hides the project', async () => {
    const ben = await at.staff('ben')
    for (const page of [costsOf(retrofit), `${costsOf(retrofit)}.csv`]) {
      expect((await ben.peek(page)).status, page).to.equal(404)
      expect((await petra.peek(page)).status, page).to.equal(200)
      const { host } = at.test.embedded
      const usually = host.allows
      const allows: Host['allows'] = async (by, right, module, id) =>
        module !== 'Project' && usually(by, right, module, id)
      await whileHost(at.test, { allows }, async () => expect((await petra.peek(page)).status).to.equal(404))
    }
  })

  it('T11 T03 neither costs nor rates nor responsibilities are anywhere outside', async () => {
    const { context } = at.test.embedded.portico
    const { revision } = await responsibilities(context.db)
    await saveResponsibilities(context, at.irena, revision, [{ label: 'Scaffolding', isOffered: true }])
    const [entry] = (await responsibilities(context.db)).entries
    await set(dirk, 6850, [entry!.id])
    await context.db.transaction((trx) => setModuleRights(trx, dirk, new Set(kinds)))
    const guest = await at.guest('dirk')
    const pages = [
      '/external/',
      `/external/projects/${retrofit}`,
      ...kinds.map((kind) => `/external/projects/${retrofit}/${kind}`)
    ]
    let seen = 0
    for (const path of [...pages, '/external/profile', ...kinds.map((kind) => `/external/${kind}`)]) {
      const answer = await guest.peek(path)
      expect(answer.status, path).to.be.below(500)
      seen += Number(answer.status === 200)
      expect(answer.text, path).not.to.match(/68[.,]50?|6850|125[.,]58|Scaffolding/)
    }
    expect(seen).to.be.greaterThan(2)
    for (const path of ['costs', 'costs.csv']) {
      expect((await guest.peek(`/external/projects/${retrofit}/${path}`)).status).to.equal(404)
      expect((await guest.peek(`${membersOf(retrofit)}/${path}`)).status).to.equal(303)
    }
    await petra.open(membersOf(retrofit))
    petra.sees('Scaffolding', '€68.50')
  })

  it('T11 several thousand things are read to the last', async () => {
    const { db, portico } = at.test.embedded
    const [task] = await db('crm_task').select<Record<string, unknown>[]>('*').where({ project_id: retrofit }).limit(1)
    const rows = Array.from({ length: 3000 }, (_, index) => ({
      ...task,
      id: `many-${index}`,
      spent_minutes: 1,
      due_date: '2026-05-01'
    }))
    for (let from = 0; from < rows.length; from += 20) await db('crm_task').insert(rows.slice(from, from + 20))
    const { cells, cut } = await projectCosts(portico.context, retrofit, at.irena)
    const nobodys = cells.find(({ personId, month }) => personId === undefined && month === '2026-05')
    expect([nobodys?.minutes, cut]).to.deep.equal([{ numerator: 3000n, denominator: 1n }, []])
  })
})

/** The cells of the row with this name. */
function rowOf(visitor: Visitor, name: string): string[] {
  const $ = visitor.page
  const row = $('tr').filter((_, one) => $(one).find('th[scope=row]').text().trim() === name)
  return row
    .first()
    .find('td')
    .map((_, cell) => $(cell).text().trim())
    .get()
}
