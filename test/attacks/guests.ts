/** Attacks of an external user on what is not hers in a project, by whatever address (A01–A09, A14, A18, A33, A41, A46, A47). */
import { expect } from 'chai'
import type { Knex } from 'knex'
import { demoPassword } from '../../demo/cast.js'
import { guest } from '../../demo/guests.js'
import { records } from '../../src/access/records.js'
import { viewerFor, type Person } from '../../src/access/viewer.js'
import type { Context } from '../../src/context.js'
import { kinds } from '../../src/external-users/kinds.js'
import type { Attacker } from './attacker.js'
import { idIn, portalOf, rowIn } from './found.js'
import { sameMissing, unchanged } from './measures.js'
import type { World } from './world.js'

const project = '/external/projects/nordwind-retrofit'
/** Of hers; she is responsible for it alone. */
const own = 'noise-report'

export function guests(world: () => World): void {
  describe('an external user', () => {
    let sabine: Attacker

    before(async () => {
      const { db, stranger } = world()
      const person = await idIn(db, 'portico_external_users', { record_id: guest.id })
      const her = { module: 'Task', record_id: own, person_id: person }
      await db('portico_responsible').where({ module: 'Task', record_id: own }).delete()
      await db('portico_responsible').insert({ ...her, added_by: 'test', added_at: '2024-05-01 12:00:00' })
      sabine = stranger()
      expect((await sabine.signIn('/external', guest.email, demoPassword)).status).to.equal(303)
    })

    it('A01 A03 a record of another project, of another module or of none answers as one that is not there', async () => {
      for (const [kind, ids] of Object.entries(hidden)) {
        const missing = await sabine.get(`/external/${kind}/no-such-record`)
        for (const id of ids) sameMissing(await sabine.get(`/external/${kind}/${id}`), missing, `${kind}/${id}`)
      }
      expect((await sabine.get(`/external/tasks/${own}`)).status).to.equal(200)
      expect((await sabine.get('/external/documents/site-rules')).status).to.equal(200)
    })

    it('A01 T06 a header is opened by no address, though she may write the record', async () => {
      for (const [kind, id] of headers) {
        const shown = await sabine.get(`${project}/${kind}`)
        expect(shown.status, kind).to.equal(200)
        const missing = await sabine.get(`/external/${kind}/no-such-record`)
        sameMissing(await sabine.get(`/external/${kind}/${id}`), missing, `${kind}/${id}`)
        for (const view of ['edit', 'removal'])
          expect((await sabine.get(`/external/${kind}/${id}/${view}`)).status, `${kind}/${id}/${view}`).to.equal(404)
        expect((await sabine.get(`${project}/${kind}/${id}`)).status).to.equal(404)
      }
    })

    it('A02 A15 what she may not change is not changed, moved or removed, and nothing is written', async () => {
      await sabine.get('/external/profile')
      await unchanged(world(), async () => {
        for (const id of ['measure-house-a', 'book-shutdown', 'no-such-record'])
          for (const view of ['', '/removal'])
            expect(
              (await sabine.post(`/external/tasks/${id}${view}`, { subject: 'Mine' })).status,
              id + view
            ).to.be.oneOf([403, 404])
        for (const [kind, id] of headers)
          for (const view of ['', '/edit', '/removal'])
            expect((await sabine.post(`/external/${kind}/${id}${view}`, { subject: 'Mine' })).status).to.equal(404)
        for (const id of ['site-rules', 'margin-sheet', 'pump-certificate'])
          for (const view of ['', '/removal', '/file'])
            expect((await sabine.post(`/external/documents/${id}${view}`, { name: 'Mine' })).status, id).to.be.oneOf([
              403, 404, 422
            ])
      })
    })

    it('A05 A14 her own task is put into no project, account or hands, and keeps its author', async () => {
      await sabine.get(`/external/tasks/${own}/edit`)
      await unchanged(world(), async () => {
        for (const field of ['project', 'parentId', 'parentType', 'assignedUser', 'createdByName', 'deleted', 'id'])
          for (const path of [`/external/tasks/${own}`, '/external/tasks']) {
            const answer = await sabine.post(path, { subject: 'Mine', [field]: 'fjordside-pump-room' })
            expect(answer.status, `${path} ${field}`).to.equal(422)
          }
      })
    })

    it('A06 a folder, mail or tab of another project is not reached through her own', async () => {
      const missing = await sabine.get(`${project}/documents/no-such-folder`)
      for (const id of ['pump-room-papers', 'retrofit-costs'])
        sameMissing(await sabine.get(`${project}/documents/${id}`), missing, id)
      for (const address of ['fjordside-pump-room', 'fjordside-pump-room/tasks', 'fjordside-pump-room/documents'])
        expect((await sabine.get(`/external/projects/${address}`)).status, address).to.equal(404)
      expect((await sabine.get(`${project}/documents/retrofit-plans`)).status).to.equal(200)
    })

    it('A08 A09 neither names nor numbers of what is hidden stand anywhere on her pages', async () => {
      for (const tab of [
        '',
        '/tasks',
        '/emails',
        '/documents',
        '/members',
        '/quotes',
        '/orders',
        '/tickets',
        '/contracts'
      ]) {
        const answer = await sabine.get(project + tab)
        expect(answer.status, tab).to.equal(200)
        expect(answer.text, tab).not.to.match(/Kalkulation|Marge|margin|Pump room|86[,.]?000|Budget/i)
      }
      for (const ask of ['sort=budget', 'sort=assignedUser', 'after=nonsense', 'filter=budget'])
        expect((await sabine.get(`/external/?${ask}`)).text, ask).not.to.match(/86[,.]?000/)
    })

    it('A18 a file is fetched by its document alone', async () => {
      const { db } = world()
      const file = async (id: string): Promise<string> => idIn(db, 'crm_file', { record_id: id })
      const [open, closed] = [await file('site-rules'), await file('margin-sheet')]
      expect((await sabine.get(`/external/documents/site-rules/files/${open}`)).status).to.equal(200)
      const missing = await sabine.get('/external/documents/site-rules/files/no-such-file')
      for (const address of [
        `site-rules/files/${closed}`,
        `margin-sheet/files/${closed}`,
        `margin-sheet/files/${open}`
      ])
        sameMissing(await sabine.get(`/external/documents/${address}`), missing, address)
    })

    it('A33 A52 her sign-in is good at no other door, and the sign-in of a customer not at hers', async () => {
      const { anna } = world()
      for (const path of ['/portal/thermovia', '/portico/admin/external-users', '/crm/Project/nordwind-retrofit'])
        expect((await sabine.get(path)).headers['location'], path).to.include('/sign-in')
      expect((await anna.get(project)).headers['location']).to.include('/external/sign-in')
    })

    it('A52 T12 of one person with two doors, no right of one is worth anything at the other, in any module', async () => {
      const { context, db } = world()
      const { id, portal_id, user_type_id } = await rowIn(db, 'portico_portal_users', {
        ...{ record_id: 'anna', portal_id: await portalOf(db, 'thermovia') }
      })
      const there = { portalId: String(portal_id), userTypeId: String(user_type_id) }
      const atPortal: Person = { ...somebody, kind: 'portal-user', id: String(id), recordId: 'anna', ...there }
      const asGuest = (recordId: string): Person => ({
        ...somebody,
        kind: 'external-user',
        id: `guest-${recordId}`,
        recordId
      })
      const before = await seenBy(context, atPortal)
      expect(await seenBy(context, asGuest('anna'))).to.deep.equal([])
      for (const { id: guestId } of [asGuest('anna'), asGuest('bjorn')]) await letIn(db, guestId)
      expect(await seenBy(context, atPortal)).to.deep.equal(before)
      const after = await seenBy(context, asGuest('anna'))
      expect(after).to.deep.equal(await seenBy(context, asGuest('bjorn')))
      expect(after.map(([module]) => module)).to.include.members(['Project', 'Task', 'Quote', 'Case', 'Document'])
      expect(before.length).to.be.greaterThan(3)
    })

    it('A41 nothing is written without the token of her session', async () => {
      await unchanged(world(), async () => {
        for (const path of ['/external/tasks', `/external/tasks/${own}`, `/external/tasks/${own}/removal`])
          expect((await sabine.post(path, { _csrf: 'forged', subject: 'Mine' })).status, path).to.equal(403)
        for (const method of ['PUT', 'PATCH', 'DELETE'] as const)
          expect((await sabine.use(method, `/external/tasks/${own}`)).status).to.be.within(403, 405)
      })
    })

    it('A46 A47 what she says of herself in the address counts for nothing; a kind that is not named is not there', async () => {
      const missing = await sabine.get(`${project}/nothing`)
      for (const kind of ['users', 'accounts', 'costs', 'security', 'invoices', 'constructor', '__proto__'])
        sameMissing(await sabine.get(`${project}/${kind}`), missing, kind)
      for (const word of ['person=anna', 'isAdministrator=true', 'kind=documents', 'project=fjordside-pump-room'])
        expect((await sabine.get(`/external/documents/margin-sheet?${word}`)).status, word).to.equal(404)
    })
  })
}

const somebody: Omit<Person, 'kind' | 'id' | 'recordId'> = {
  ...{ name: 'Anna', module: 'Contact', portalId: undefined, userTypeId: undefined, invitedBy: 'irena' },
  ...{ locale: 'en', timeZone: 'UTC' },
  formats: { date: 'iso', time: '24' }
}

/** A member of one project with every module right, responsible for a task of it. */
async function letIn(db: Knex, person_id: string): Promise<void> {
  const by = { added_by: 'test', added_at: '2024-05-01 12:00:00' }
  await db('portico_memberships').insert({ module: 'Project', record_id: 'nordwind-retrofit', person_id, ...by })
  for (const kind of kinds) await db('portico_module_rights').insert({ person_id, kind })
  await db('portico_responsible').insert({ module: 'Task', record_id: 'measure-house-a', person_id, ...by })
}

/** Every module that shows him anything, with the ids, what may be done with them, and the fields. */
async function seenBy({ kernel }: Context, person: Person): Promise<[module: string, records: string][]> {
  const door = records(await viewerFor(kernel, person))
  const found: [string, string][] = []
  for (const { module } of (await door.modules()).filter(({ may }) => may.has('view'))) {
    const page = await door.list(module.name, { limit: 200, fields: [...module.fields.keys()], decided: true })
    const lines = page.records.map(
      ({ id, may, values }) => `${id} ${[...may].sort().join()} ${Object.keys(values).join()}`
    )
    if (lines.length > 0) found.push([module.name, lines.sort().join('\n')])
  }
  return found.sort()
}

const hidden: Readonly<Record<string, readonly string[]>> = {
  tasks: ['book-shutdown', 'annas-heating-case', 'NOISE-REPORT', 'noise-report%20'],
  documents: ['margin-sheet', 'pump-certificate', 'foundation-drawing'],
  calls: ['noise-report', 'call-crane'],
  appointments: ['pump-inspection'],
  notes: ['note-defects']
}

const headers = [
  ['quotes', 'annas-quote'],
  ['orders', 'jonas-order'],
  ['tickets', 'annas-heating-case'],
  ['contracts', 'nordwind-maintenance'],
  ['members', 'anna']
] as const
