/** The worked examples of berliCRM's manual (appendix A, example I), in its own words (S10). */
import { expect } from 'chai'
import { emptyModel, type Model, type Profile } from '../../src/global-sharing/model.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { hire, listed, offeredOwners, rightsOnPages, staffAs } from './crm-staff.js'

type Person = 'Vertriebsmanager' | 'Person 1' | 'Person 2' | 'Vertriebsassistent'
const everybody: Readonly<Record<Person, string>> = {
  Vertriebsmanager: 'vertriebsmanager',
  'Person 1': 'person-1',
  'Person 2': 'person-2',
  Vertriebsassistent: 'vertriebsassistent'
}
const pair = [
  ['Person 1', 'Person 2'],
  ['Person 2', 'Person 1']
] as const

const full = { view: true, create: true, edit: true, delete: true }
const none = { view: false, create: false, edit: false, delete: false }

/** The profile “Vertrieb”: all rights to read and write; the overriding privileges are off. */
const vertrieb: Profile = { name: 'Vertrieb', viewAll: false, editAll: false, modules: { '*': full } }

const vertriebsmanager = { name: 'Vertriebsmanager', parent: null, profiles: ['vertrieb'] }
const vertriebsmitarbeiter = { name: 'Vertriebsmitarbeiter', parent: 'vertriebsmanager', profiles: ['vertrieb'] }

/** The roles of 1.1 and 1.3: the assistant has one of his own below the manager, with the “Assistentenprofil”. */
function withAssistantRole(level: Model['defaults'][string]['level'], onLeads: typeof full): Model {
  return {
    ...emptyModel,
    defaults: { Lead: { level } },
    profiles: {
      vertrieb,
      assistentenprofil: { ...vertrieb, name: 'Assistentenprofil', modules: { '*': full, Lead: onLeads } }
    },
    roles: {
      vertriebsmanager,
      vertriebsmitarbeiter,
      'assistent-vertrieb': {
        name: 'Assistent Vertrieb',
        parent: 'vertriebsmanager',
        profiles: ['assistentenprofil']
      }
    },
    people: {
      vertriebsmanager: 'vertriebsmanager',
      'person-1': 'vertriebsmitarbeiter',
      'person-2': 'vertriebsmitarbeiter',
      vertriebsassistent: 'assistent-vertrieb'
    }
  }
}

/** The roles of 1.2: the assistant is a “Vertriebsmitarbeiter”, too; and the group “Team A” with these members. */
function withTeam(members: Model['groups'][string]['members']): Model {
  const role = (id: string): string => (id === 'vertriebsmanager' ? id : 'vertriebsmitarbeiter')
  return {
    ...emptyModel,
    defaults: { Lead: { level: 'private' } },
    profiles: { vertrieb },
    roles: { vertriebsmanager, vertriebsmitarbeiter },
    people: Object.fromEntries(Object.values(everybody).map((id) => [id, role(id)])),
    groups: { 'team-a': { name: 'Team A', hostGroup: 'team-a', members } }
  }
}

const teams: readonly (readonly [string, Model['groups'][string]['members']])[] = [
  ['Option 1: Gruppe aus Nutzern', Object.values(everybody).map((id) => ({ kind: 'user', id }))],
  ['Option 2: Gruppe aus Rollen mit Untergebenen', [{ kind: 'tree', id: 'vertriebsmanager' }]],
  [
    'Option 3: Gruppe aus Rollen',
    [
      { kind: 'role', id: 'vertriebsmanager' },
      { kind: 'role', id: 'vertriebsmitarbeiter' }
    ]
  ]
]

eachDatabase((open) => {
  describe('S10 Beispiel I: Organisation eines sehr kleinen Unternehmens', () => {
    let app: TestApp
    const visitors = new Map<string, Visitor>()
    const as = (person: Person): Visitor => visitors.get(person)!

    before(async () => {
      app = await openApp(open, { world: 'people' })
      const { crm } = app.embedded
      await crm.settings.saveSwitches({ 'global-sharing': true })
      await crm.groups.create('Team A', 'team-a')
      for (const [name, id] of Object.entries(everybody)) await hire(app, id, name)
      for (const [name, id] of Object.entries(everybody)) visitors.set(name, await staffAs(app, id))
    })
    after(() => app.close())

    /** The settings in force; and for each test three leads: one of each person, and one of Team A. */
    const begin = (model: Model): void => {
      before(() => setModel(app, () => model))
      beforeEach(async () => {
        const { crm } = app.embedded
        await crm.db('crm_lead').delete()
        const add = (id: string, owner: object) =>
          crm.store.system.create('Lead', { lastName: id, company: 'Beispiel', ...owner }, { id })
        await add('lead-of-person-1', { assignedUser: 'person-1' })
        await add('lead-of-person-2', { assignedUser: 'person-2' })
        await add('lead-of-team-a', { assignedGroup: 'team-a' })
      })
    }

    const pathOf = (owner: 'Person 1' | 'Person 2' | 'Team A'): string =>
      `/crm/Lead/lead-of-${owner.toLowerCase().replace(' ', '-')}`
    const rights = (person: Person, owner: Parameters<typeof pathOf>[0]): Promise<string> =>
      rightsOnPages(as(person), pathOf(owner))
    const leadsOf = (person: Person): Promise<string[]> => listed(as(person), '/crm/Lead?sort=name')

    /** He creates a lead by the form; without `owner` as the form was, which says whom the system takes. */
    const create = async (person: Person, lastName: string, owner?: string): Promise<unknown> => {
      const visitor = await as(person).open('/crm/Lead/new')
      await visitor.submit('/crm/Lead', { lastName, ...(owner && { assignedUser: owner }) })
      expect(visitor.response.status, visitor.text.slice(0, 300)).to.equal(200)
      const row: unknown = await app.embedded.crm
        .db('crm_lead')
        .first('assigned_user_id')
        .where({ last_name: lastName })
      return (row as { assigned_user_id: unknown } | undefined)?.assigned_user_id
    }

    const assign = async (person: Person, owner: Parameters<typeof pathOf>[0], to: string): Promise<void> => {
      const visitor = await as(person).open(`${pathOf(owner)}/edit`)
      await visitor.submit(pathOf(owner), { assignedUser: to })
      visitor.is(200)
    }

    const mayCreate = async (offered: readonly string[]): Promise<void> => {
      for (const [one, other] of pair) {
        expect(await offeredOwners(as(one), '/crm/Lead/new'), one).to.deep.equal(offered)
        expect(await create(one, `Eigener Lead von ${one}`)).to.equal(everybody[one])
        expect(await create(one, `Lead für ${other}`, everybody[other])).to.equal(everybody[other])
      }
    }

    const managerMayAll = async (owners: readonly Parameters<typeof pathOf>[0][]): Promise<void> => {
      for (const owner of owners) {
        expect(await rights('Vertriebsmanager', owner), owner).to.equal('ved')
        expect(await leadsOf('Vertriebsmanager')).to.include(pathOf(owner).split('/').at(-1))
      }
      const visitor = await as('Vertriebsmanager').open(`${pathOf('Person 1')}/removal`)
      await visitor.submit(`${pathOf('Person 1')}/removal`)
      expect(await leadsOf('Vertriebsmanager')).not.to.include('lead-of-person-1')
    }

    const belongsTo = async (owner: Parameters<typeof pathOf>[0], people: readonly Person[]): Promise<void> => {
      for (const person of Object.keys(everybody) as Person[])
        expect(await rights(person, owner), person).to.equal(people.includes(person) ? 'ved' : '')
    }

    describe('1.1 Beispiel 1: Einfache Einstellungen', () => {
      begin(withAssistantRole('private', none))

      it('S10 Regel 1: Person 1 und Person 2 haben die Erlaubnis, Leads zu erstellen, welche der Person 1 oder der Person 2 zugeordnet werden können.', async () => {
        await mayCreate(['Person 1', 'Person 2'])
      })

      it('S10 Regel 2: Person 1 hat keine Zugangsberechtigung zu Leads der Person 2 und umgekehrt.', async () => {
        for (const [one, other] of pair) {
          expect(await rights(one, other)).to.equal('')
          expect(await rights(one, one)).to.equal('ved')
        }
        expect(await leadsOf('Person 1')).to.deep.equal(['lead-of-person-1'])
        expect(await leadsOf('Person 2')).to.deep.equal(['lead-of-person-2'])
      })

      it('S10 Regel 3: Der Vertriebsmanager hat volle Zugangsberechtigung zu allen Leads.', async () => {
        await managerMayAll(['Person 1', 'Person 2'])
      })

      it('S10 Regel 4: Der Vertriebsassistent hat keine Zugangsberechtigung zu Leads.', async () => {
        const assistant = as('Vertriebsassistent')
        for (const path of ['/crm/Lead', '/crm/Lead/new', pathOf('Person 1')])
          expect((await assistant.peek(path)).status, path).to.equal(404)
        expect(await rights('Vertriebsassistent', 'Person 2')).to.equal('')
        await assistant.open('/crm/')
        expect(assistant.is(200).page('a[href="/crm/Lead"]').length).to.equal(0)
        expect((await assistant.forge('/crm/Lead', { lastName: 'Erfunden' })).status).to.equal(404)
        expect(assistant.page('a[href="/crm/Contact"]').length).to.be.greaterThan(0)
      })

      it('S10 Falls die Zuständigkeit geändert wird, haben nur Person 2 und der Vertriebsmanager Zugang zu diesem Lead.', async () => {
        await belongsTo('Person 1', ['Person 1', 'Vertriebsmanager'])
        await assign('Person 1', 'Person 1', 'person-2')
        await belongsTo('Person 1', ['Person 2', 'Vertriebsmanager'])
      })
    })

    for (const [option, members] of teams)
      describe(`1.2 Beispiel 1: Einstellungen mit Gruppen, ${option}`, () => {
        begin(withTeam(members))

        it('S10 Regel 1: Person 1 und Person 2 haben die Erlaubnis, Leads zu erstellen, welche der Person 1 oder der Person 2 zugeordnet werden können.', async () => {
          await mayCreate(['Person 1', 'Person 2', 'Vertriebsassistent', 'Team A (group)'])
        })

        it('S10 Regel 2: Wenn ein Lead einer Person zugeordnet wurde, dann hat das andere Teammitglied keine Zugangsrechte zu diesem Lead.', async () => {
          for (const [one, other] of pair) {
            expect(await rights(one, other)).to.equal('')
            expect(await leadsOf(one)).not.to.include(`lead-of-${everybody[other]}`)
          }
          expect(await rights('Vertriebsassistent', 'Person 1')).to.equal('')
          expect(await rights('Person 1', 'Person 1')).to.equal('ved')
        })

        it('S10 Regel 3: Der Vertriebsmanager hat volle Zugangsberechtigung zu allen Leads.', async () => {
          await managerMayAll(['Person 1', 'Person 2', 'Team A'])
        })

        it('S10 Regel 4: Der Vertriebsassistent hat volle Zugangsberechtigung zu Leads, welche dem Team zugeordnet sind.', async () => {
          expect(await rights('Vertriebsassistent', 'Team A')).to.equal('ved')
          expect(await leadsOf('Vertriebsassistent')).to.deep.equal(['lead-of-team-a'])
          as('Vertriebsassistent').sees('Team A')
        })

        it('S10 Falls der Lead dem Team A zugewiesen wird, haben alle vier Zugang; einer Person zugeordnet, nur diese und der Vertriebsmanager.', async () => {
          await assign('Person 1', 'Person 1', 'group:team-a')
          await belongsTo('Person 1', ['Person 1', 'Person 2', 'Vertriebsmanager', 'Vertriebsassistent'])
          await assign('Person 2', 'Person 1', 'vertriebsassistent')
          await belongsTo('Person 1', ['Vertriebsassistent', 'Vertriebsmanager'])
        })
      })

    describe('1.3 Beispiel 1: Einstellungen mit Globaler Rechtevergabe', () => {
      begin(withAssistantRole('public-read', { ...none, view: true }))

      it('S10 Regel 1: Person 1 und Person 2 haben die Erlaubnis, Leads zu erstellen, welche der Person 1 oder der Person 2 zugeordnet werden können.', async () => {
        await mayCreate(['Person 1', 'Person 2'])
      })

      it('S10 Regel 2: Wenn ein Lead einer einzigen Person zugeordnet ist, dann hat ein anderes Teammitglied nur die Berechtigung, diesen Lead zu lesen.', async () => {
        for (const [one, other] of pair) {
          expect(await rights(one, other)).to.equal('v')
          expect(await rights(one, one)).to.equal('ved')
          expect(await leadsOf(one)).to.include.members(['lead-of-person-1', 'lead-of-person-2'])
          await as(one).open(`${pathOf(one)}/edit`)
          expect((await as(one).forge(pathOf(other), { lastName: 'Fremd' })).status).to.equal(403)
          expect((await as(one).forge(`${pathOf(other)}/removal`)).status).to.equal(403)
        }
      })

      it('S10 Regel 3: Der Vertriebsmanager hat volle Zugangsberechtigung zu allen Leads.', async () => {
        await managerMayAll(['Person 1', 'Person 2'])
      })

      it('S10 Regel 4: Die Zugangsberechtigung des Vertriebsassistenten beschränkt sich auf das Ansehen eines Leads.', async () => {
        expect(await rights('Vertriebsassistent', 'Person 1')).to.equal('v')
        expect(await rights('Vertriebsassistent', 'Person 2')).to.equal('v')
        expect(await leadsOf('Vertriebsassistent')).to.include('lead-of-person-1')
        expect((await as('Vertriebsassistent').peek('/crm/Lead/new')).status).to.equal(403)
        expect((await as('Person 1').peek('/crm/Lead/new')).status).to.equal(200)
      })
    })
  })
})
