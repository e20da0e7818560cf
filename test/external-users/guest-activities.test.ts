import { expect } from 'chai'
import { onSqlite } from '../support/databases.js'
import { pumpRoom, retrofit } from './guests.js'
import { openGuestWorld, withoutTokens, type GuestWorld } from './guest-world.js'

onSqlite('what an external user is responsible for', (open) => {
  describe('tasks, calls, appointments and notes', function () {
    this.timeout(60_000)
    let world: GuestWorld

    before(async () => {
      world = await openGuestWorld(open)
      await world.responsible('Task', 'foundation-house-b', 'dirk')
    })

    after(() => world.at.test.close())

    it('T06 *no*: his own are listed, marked and opened, others are not there', async () => {
      const { dirk } = world
      await dirk.open('/external/tasks')
      dirk.is(200).sees('Fundament für die Außeneinheit').doesNotSee('Aufmaß', 'Schallgutachten')
      await dirk.follow('Fundament für die Außeneinheit')
      dirk.is(200).sees('Edit', 'Yours')
      for (const id of ['noise-report', 'book-shutdown', 'no-such-task'])
        expect((await dirk.peek(`/external/tasks/${id}`)).status, id).to.equal(404)
    })

    it('T06 *yes*: he reads all others of his projects, and only reads them', async () => {
      const { dirk } = world
      await world.yes('dirk', 'tasks')
      await dirk.open(`/external/projects/${retrofit}/tasks`)
      dirk.sees('Fundament für die Außeneinheit Yours', 'Schallgutachten einholen Open')
      await dirk.follow('Schallgutachten einholen')
      dirk.is(200).doesNotSee('/external/tasks/noise-report/edit', 'Yours')
      for (const way of ['edit', 'removal'])
        expect((await dirk.peek(`/external/tasks/noise-report/${way}`)).status, way).to.equal(403)
      expect((await dirk.forge('/external/tasks/noise-report', { subject: 'Mine' })).status).to.equal(403)
      expect((await dirk.forge('/external/tasks/noise-report/removal')).status).to.equal(403)
      expect((await dirk.peek('/external/tasks/book-shutdown')).status).to.equal(404)
      await dirk.open('/external/tasks')
      dirk.doesNotSee('Schallgutachten')
      await world.yes('dirk')
    })

    it('T06 he makes a task, is responsible for it, and it belongs to nothing else', async () => {
      const { dirk } = world
      await dirk.open('/external/tasks')
      await dirk.follow('New: Task')
      dirk.is(200).sees('It belongs to no project at first').doesNotSee('Project<', 'Also responsible')
      await dirk.send('Save', { subject: 'Order the crane', description: 'For <b>Thursday</b>' })
      dirk.is(200).sees('Saved.', 'Order the crane', 'For <b>Thursday</b>', 'Yours')
      const id = dirk.path.split('/').at(-1)!.split('?')[0]!
      expect(await world.responsibleAt('Task', id)).to.deep.equal([await world.userId('dirk')])
      expect(await world.titleOf('crm_task', 'project_id', id)).to.equal(null)
      const sabine = await world.at.guest('sabine')
      await world.yes('sabine', 'tasks')
      expect((await sabine.peek(`/external/tasks/${id}`)).status).to.equal(404)
      const staff = await world.at.staff('irena')
      await staff.open(`/portico/admin/external-users/records/Task/${id}`)
      staff.is(200).sees('Responsible external users changed', 'Dirk Kessel')
    })

    it('T06 A14 a connection or a field that is not released is refused, and nothing is written', async () => {
      const { dirk } = world
      await dirk.open('/external/tasks/new')
      for (const [field, value] of [
        ['project', retrofit],
        ['account', 'nordwind'],
        ['assignedUser', 'frank'],
        ['priority', 'High']
      ] as const) {
        const answer = await dirk.forge('/external/tasks', { subject: 'Sneaky', status: 'Open', [field]: value })
        expect(answer.status, field).to.equal(422)
      }
      await dirk.open('/external/tasks?q=Sneaky')
      dirk.doesNotSee('Sneaky<')
      await world.responsible('Task', 'foundation-house-b', 'dirk')
      const moved = await dirk.forge('/external/tasks/foundation-house-b', {
        subject: 'F',
        status: 'Open',
        project: ''
      })
      expect(moved.status).to.equal(422)
      expect(await world.titleOf('crm_task', 'project_id', 'foundation-house-b')).to.equal(retrofit)
    })

    it('T06 what is missing is said beside its field, in his language, and what he typed stays', async () => {
      const { dirk } = world
      await dirk.open('/external/appointments/new')
      await dirk.send('Deutsch')
      await dirk.send('Speichern', { subject: '', place: 'Hamburg', startsAt: '2026-05-04T09:30' })
      dirk.is(422).sees('Bitte füllen Sie dieses Feld aus')
      expect(dirk.page('input[name=place]').attr('value')).to.equal('Hamburg')
      expect(dirk.page('input[name=startsAt]').attr('value')).to.equal('2026-05-04T09:30')
      expect(dirk.page('input[name=subject]').attr('aria-invalid')).to.equal('true')
      await dirk.send('English')
    })

    it('T06 he changes his own; what somebody else changed meanwhile is not overwritten (A28)', async () => {
      const { dirk } = world
      await dirk.open('/external/tasks/foundation-house-b/edit')
      await dirk.send('Save', { spentMinutes: '120' })
      dirk.is(200).sees('Saved.', '120')
      await dirk.open('/external/tasks/foundation-house-b/edit')
      await world.save('Task', { spentMinutes: 150 }, 'foundation-house-b')
      await dirk.send('Save', { spentMinutes: '130' })
      dirk.is(409).sees('Somebody changed this', 'It now says: 150')
      expect(dirk.page('input[name=spentMinutes]').attr('value')).to.equal('130')
      await dirk.send('Save')
      dirk.is(200).sees('Saved.', '130')
    })

    it('T06 others are chosen with the right to see members only, by name, and of his projects only', async () => {
      const { dirk } = world
      const [dirkId, sabineId] = [await world.userId('dirk'), await world.userId('sabine')]
      await dirk.open('/external/tasks/foundation-house-b/edit')
      dirk.doesNotSee('Sabine')
      expect(
        (
          await dirk.forge('/external/tasks/foundation-house-b', {
            subject: 'F',
            status: 'Open',
            _responsible: sabineId
          })
        ).status
      ).to.equal(422)
      expect(await world.responsibleAt('Task', 'foundation-house-b')).to.deep.equal([dirkId])
      await world.yes('dirk', 'members')
      await dirk.open('/external/tasks/foundation-house-b/edit')
      dirk.sees('Sabine Krüger').doesNotSee('Siobhán')
      const stranger = await world.userId('siobhan')
      const forged = { subject: 'F', status: 'Open', _responsible: stranger }
      expect((await dirk.forge('/external/tasks/foundation-house-b', forged)).status).to.equal(422)
      await world.yes('dirk')
      await dirk.send('Save', { _responsible: sabineId, description: 'Taken away meanwhile' })
      dirk.is(422).sees('Taken away meanwhile').doesNotSee('Sabine')
      await world.yes('dirk', 'members')
      await dirk.open('/external/tasks/foundation-house-b/edit')
      await dirk.send('Save', { _responsible: sabineId })
      dirk.is(200).sees('You, Sabine Krüger')
      expect((await world.responsibleAt('Task', 'foundation-house-b')).sort()).to.deep.equal([dirkId, sabineId].sort())
      const sabine = await world.at.guest('sabine')
      await sabine.open('/external/tasks')
      sabine.sees('Fundament für die Außeneinheit')
    })

    it('T06 whom he doesn’t see stays responsible when he saves', async () => {
      const { dirk } = world
      await world.responsible('Task', 'foundation-house-b', 'dirk', 'sabine')
      await world.yes('dirk')
      await dirk.open('/external/tasks/foundation-house-b/edit')
      await dirk.send('Save', { spentMinutes: '140' })
      dirk.is(200).sees('140').doesNotSee('Sabine')
      expect(await world.responsibleAt('Task', 'foundation-house-b')).to.have.length(2)
      await world.responsible('Task', 'foundation-house-b', 'dirk')
    })

    it('T07 deleting takes the right, and asks first', async () => {
      const { dirk } = world
      const id = await world.save('Task', { subject: 'Sweep the yard', status: 'Open', project: retrofit })
      await world.responsible('Task', id, 'dirk')
      await dirk.open(`/external/tasks/${id}`)
      dirk.is(200).doesNotSee('/removal')
      expect((await dirk.forge(`/external/tasks/${id}/removal`)).status).to.equal(403)
      await world.say('Task', id, 'dirk', { delete: 'allow' })
      await dirk.open(`/external/tasks/${id}`)
      await dirk.follow('Delete')
      dirk.is(200).sees('Delete Sweep the yard?')
      await dirk.send('Yes, delete')
      dirk.is(200).sees('Deleted.').doesNotSee('Sweep the yard')
      expect((await dirk.peek(`/external/tasks/${id}`)).status).to.equal(404)
    })

    it('T07 what is denied to him is not his, though he is responsible', async () => {
      const { dirk } = world
      const id = 'foundation-house-b'
      await world.say('Task', id, 'dirk', { write: 'deny' })
      expect((await dirk.peek(`/external/tasks/${id}/edit`)).status).to.equal(403)
      await world.say('Task', id, 'external', { read: 'deny' })
      const denied = await dirk.peek(`/external/tasks/${id}`)
      expect(denied.status).to.equal(404)
      expect(withoutTokens(denied.text)).to.equal(withoutTokens((await dirk.peek('/external/tasks/none')).text))
      await world.say('Task', id, 'dirk', {})
      await world.say('Task', id, 'external', {})
      expect((await dirk.peek(`/external/tasks/${id}/edit`)).status).to.equal(200)
    })

    it('T06 what the CRM itself doesn’t take is told, also of a field that is not in the form', async () => {
      const { dirk } = world
      await world.release('Task', 'status', 'description')
      await dirk.open('/external/tasks/new')
      await dirk.send('Save', { description: 'Without a subject' })
      dirk.is(422).sees('The CRM did not take a value that this form does not show', 'Without a subject')
      await world.release('Task', 'subject', 'status', 'dueDate', 'spentMinutes', 'description')
    })

    it('T06 a kind whose fields are not released is not made; one the CRM lacks has no place in the navigation', async () => {
      const { dirk } = world
      await dirk.open('/external/calls')
      dirk.is(200).sees('New: Call')
      await world.release('Call')
      await dirk.open('/external/calls')
      dirk.is(200).doesNotSee('New: Call')
      expect((await dirk.peek('/external/calls/new')).status).to.equal(403)
      expect(dirk.page('nav.nav a').length).to.equal(5)
      for (const none of ['documents', 'quotes', 'emails', 'members', 'meetings'])
        expect((await dirk.peek(`/external/${none}`)).status, none).to.equal(404)
    })

    it('T02 his own of a project that has ended, or of another one, are closed', async () => {
      const { dirk } = world
      await world.responsible('Task', 'book-shutdown', 'dirk')
      expect((await dirk.peek('/external/tasks/book-shutdown')).status).to.equal(404)
      await world.at.admit('dirk', pumpRoom)
      const again = await world.at.guest('dirk')
      expect((await again.peek('/external/tasks/book-shutdown')).status).to.equal(200)
      await world.at.change(pumpRoom, { endDate: '2020-01-01' })
      expect((await again.peek('/external/tasks/book-shutdown')).status).to.equal(404)
    })
  })
})
