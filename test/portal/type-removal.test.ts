import { expect } from 'chai'
import { readConfig } from '../../src/config.js'
import { configuration } from '../../src/portal/configuration.js'
import { deactivate } from '../../src/portal/people/access-changes.js'
import { deleteType } from '../../src/portal/user-types/transfer.js'
import { finishSetUp } from '../../src/portal/user-types/set-up.js'
import { addUserType } from '../../src/portal/user-types/user-types.js'
import { openPortal, release } from '../attacks/world.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { Life } from './life.js'
import { admin, staffAt } from './people.js'

/** More types than a portal may have, so that each test has its own. */
const manyTypes = { ...readConfig({ NODE_ENV: 'test' }).limits, userTypesPerPortal: 50 }

eachDatabase((open, engine) => {
  describe('a user type that is deleted', function () {
    this.timeout(60_000)
    let test: TestApp
    let life: Life
    let builtIn: string
    let made = 0

    before(async () => {
      test = await openApp(open, { config: { limits: manyTypes } })
      life = new Life(test)
      builtIn = await openPortal(life.context, 'club', [])
    })

    after(() => test.close())

    const revisionOf = async (id: string): Promise<number> =>
      (await configuration(life.db)).userTypes.get(id)?.revision ?? 0

    /** A finished type of the club. */
    const added = async (primaryModule = 'Contact'): Promise<string> => {
      const by = await life.by()
      const { portalId } = (await configuration(life.db)).userTypes.get(builtIn)!
      const id = await addUserType(life.context, portalId, { name: `Type ${(made += 1)}`, primaryModule }, by)
      await release(life.context, id, { module: primaryModule, kind: 'primary', readOnly: ['firstName'] })
      await finishSetUp(life.context, { id, revision: await revisionOf(id) }, by)
      return id
    }

    const exists = async (id: string): Promise<boolean> => (await configuration(life.db)).userTypes.has(id)

    const page = (id: string): string => `${admin}/user-types/${id}`

    it('Z25 that nobody has goes after one question', async () => {
      const id = await added()
      const frank = await staffAt(test, 'frank')
      await frank.open(page(id))
      await frank.follow('Delete …')
      frank.is(200).sees('This can’t be undone').doesNotSee('Transfer')
      await frank.send('Delete the user type')
      frank.is(200)
      expect(await exists(id)).to.equal(false)
      expect((await frank.peek(page(id))).status).to.equal(404)
    })

    it('Z25 transfers its people first, all in one moment; their sign-in stays', async () => {
      const [id, other] = [await added(), await added()]
      const [nora, idle] = [await life.confirmed(id), await life.confirmed(id)]
      await deactivate(life.context, idle.id, await life.by())
      const session = await life.signIn(nora.address, '/portal/club')
      const named = (await configuration(life.db)).userTypes.get(id)!.name
      const frank = await staffAt(test, 'frank')
      await frank.open(`${page(id)}/removal`)
      frank.sees('2 people have this user type')
      const without = await frank.forge(`${page(id)}/removal`, { revision: String(await revisionOf(id)) })
      expect(without.status, 'without a target').to.equal(409)
      await frank.send('Transfer and delete', { target: other })
      frank.is(200).sees('2 people were transferred')
      const names = (await configuration(life.db)).userTypes
      expect(frank.page('.feed__entry').first().text().replace(/\s+/g, ' '))
        .to.include(`User type deleted: ${named}`)
        .and.include(`Transferred to– → ${names.get(other)!.name}`)
      expect(await exists(id)).to.equal(false)
      expect(await life.user(nora)).to.include({ userTypeId: other, status: 'confirmed' })
      expect(await life.user(idle)).to.include({ userTypeId: other, status: 'deactivated' })
      expect(await life.isIn(session, '/portal/club')).to.equal(true)
    })

    it('Z25 never the one a portal is born with', async () => {
      const frank = await staffAt(test, 'frank')
      await frank.open(page(builtIn))
      frank.is(200).doesNotSee('Delete …')
      expect((await frank.forge(`${page(builtIn)}/removal`, { revision: '1' })).status).to.equal(409)
      const by = await life.by()
      const refused = await deleteType(
        life.context,
        { id: builtIn, revision: await revisionOf(builtIn) },
        undefined,
        by
      ).catch((error: unknown) => error)
      expect(refused).to.include({ key: 'life:removal.refusal.builtIn' })
      expect(await exists(builtIn)).to.equal(true)
    })

    it('Z23 Z25 its people go to no type of another portal, module or preference, and to none that is full', async () => {
      const id = await added()
      await life.confirmed(id)
      const elsewhere = await openPortal(life.context, `shop${String(made)}`, [])
      const leads = await added('Lead')
      const byPhone = await added()
      await life.db('portico_user_types').where({ id: byPhone }).update({ preference: 'phone' })
      await life.db('portico_configuration').increment('version', 1)
      const by = await life.by()
      for (const target of [elsewhere, leads, byPhone]) {
        const seen = { id, revision: await revisionOf(id) }
        const refused = await deleteType(life.context, seen, target, by).catch((error: unknown) => error)
        expect(refused).to.include({ key: 'life:removal.refusal.target' })
      }
      const limits = { ...life.context.config.limits, activeUsersPerType: 0 }
      const full = { ...life.context, config: { ...life.context.config, limits } }
      const seen = { id, revision: await revisionOf(id) }
      const refused = await deleteType(full, seen, builtIn, by).catch((error: unknown) => error)
      expect(refused).to.include({ key: 'life:removal.refusal.noRoom' })
      expect(await exists(id)).to.equal(true)
    })

    it('Z25 what speaks of it goes too: releases, templates, forms, previews; runs stop', async () => {
      const id = await added()
      const nobody = { staff_id: 'frank', created_at: '2026-01-01 00:00:00' }
      await life.db('portico_mail_templates').insert({
        ...{ user_type_id: id, kind: 'invitation', language: 'en', subject: 's', body: 'b' },
        ...{ has_button: true, revision: 1 }
      })
      const run = { id: `run-${id}`.slice(0, 36), kind: 'invitation', state: 'open', total: 0, user_type_id: id }
      await life.db('portico_runs').insert({ ...run, ...nobody })
      const by = await life.by()
      await deleteType(life.context, { id, revision: await revisionOf(id) }, undefined, by)
      for (const table of ['portico_mail_templates', 'portico_released_modules', 'portico_forms', 'portico_previews'])
        expect(await life.db(table).where({ user_type_id: id }), table).to.deep.equal([])
      expect(await life.db('portico_runs').first('state').where({ id: run.id })).to.deep.equal({ state: 'stopped' })
    })

    it('A28 of two administrators one deletes it; the other is told', async () => {
      const id = await added()
      const seen = { id, revision: await revisionOf(id) }
      const by = await life.by()
      const outcomes = await Promise.allSettled([1, 2].map(() => deleteType(life.context, seen, undefined, by)))
      expect(outcomes.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected'])
    })

    it(`A28 whoever is invited to it at the same moment gets no access to a type that is gone (${engine})`, async () => {
      const id = await added()
      const records = await Promise.all([1, 2, 3].map(() => life.record('Contact')))
      const by = await life.by()
      const seen = { id, revision: await revisionOf(id) }
      await Promise.allSettled([
        ...records.map((record) => life.invited(id, record)),
        deleteType(life.context, seen, undefined, by)
      ])
      const users: unknown[] = await life.db('portico_portal_users').select('id').where({ user_type_id: id })
      expect((await exists(id)) || users.length === 0).to.equal(true)
    })
  })
})
