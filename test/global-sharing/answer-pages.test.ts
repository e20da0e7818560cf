import { expect } from 'chai'
import { stage } from '../../src/global-sharing/draft.js'
import type { Model } from '../../src/global-sharing/model.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { administrator } from './admins.js'

const all = { view: true, create: true, edit: true, delete: true }
const sales = { name: 'Vertrieb', viewAll: false, editAll: false, modules: { '*': all } }
const looking = { view: true, create: false, edit: false, delete: false }

/** Grace is the superior of Frank and Petra, who are colleagues; Ben assists, and his profile only lets him look. */
const organization: Pick<Model, 'profiles' | 'roles' | 'people' | 'groups' | 'rules'> = {
  profiles: { sales, assistant: { ...sales, name: 'Assistentenprofil', modules: { '*': looking } } },
  roles: {
    manager: { name: 'Vertriebsmanager', parent: null, profiles: ['sales'] },
    colleague: { name: 'Vertriebsmitarbeiter', parent: 'manager', profiles: ['sales'] },
    assistant: { name: 'Assistent Vertrieb', parent: 'manager', profiles: ['assistant'] }
  },
  people: { grace: 'manager', frank: 'colleague', petra: 'colleague', ben: 'assistant' },
  groups: { team: { name: 'Team A', hostGroup: null, members: [{ kind: 'tree', id: 'manager' }] } },
  rules: {}
}
const answers = '/portico/admin/sharing/answers'
const heating = `${answers}/record/Case/annas-heating-case`

onSqlite('answers about sharing', (open) => {
  describe('answers about sharing', function () {
    this.timeout(60_000)
    let test: TestApp
    let grace: Visitor
    let irena: Visitor

    before(async () => {
      test = await openApp(open)
      await set((model) => ({ ...model, ...organization, defaults: { ...model.defaults, Case: { level: 'private' } } }))
      grace = await administrator(test, 'grace')
      irena = await administrator(test, 'irena')
    })

    after(() => test.close())

    it('S11 X01 a record page has a button for staff who manage sharing, and only for them', async () => {
      await grace.open('/crm/Case/annas-heating-case')
      await grace.follow('Who of the staff can see this?')
      grace.is(200).sees('Who can see “Heating fails”, and why?')
      const petra = await administrator(test, 'petra')
      ;(await petra.open('/crm/Case/annas-heating-case')).is(200).doesNotSee('Who of the staff can see this?')
      for (const page of [answers, heating, `${answers}/person/petra`, '/portico/admin/sharing/help'])
        (await petra.open(page)).is(404)
    })

    it('S11 X01 says who can see it and why: the owner, his superior with the way, an administrator', async () => {
      await grace.open(heating)
      grace.is(200).sees('Petra Nováková, in the role Vertriebsmanager › Vertriebsmitarbeiter')
      expect(rows(grace)).to.deep.equal({
        'Grace Hughes':
          'view edit delete His role is above that of the owner, Petra Nováková: Vertriebsmanager › Vertriebsmitarbeiter.',
        'Irena Malá': 'view edit delete He is an administrator: sharing does not narrow what administrators do.',
        'Petra Nováková': 'view edit delete The record is his own.'
      })
    })

    it('S11 X01 says who cannot see it, and why not', async () => {
      await grace.open(`${heating}?show=cannot`)
      const shown = rows(grace)
      expect(Object.keys(shown)).to.deep.equal(['Ben Fischer', 'Frank Weber'])
      expect(shown['Frank Weber']).to.include('in the same role “Vertriebsmitarbeiter”: colleagues do not see')
      expect(shown['Ben Fischer']).to.include('is not below his own, “Assistent Vertrieb”')
      await grace.open(`${heating}?show=all&q=fischer`)
      expect(Object.keys(rows(grace))).to.deep.equal(['Ben Fischer'])
    })

    it('S11 X01 S05 names the rule, its criteria and the way to its recipients, and what the profile takes away', async () => {
      await set((model) => ({
        ...model,
        rules: {
          rule: {
            module: 'Case',
            from: { kind: 'role', id: 'colleague' },
            to: { kind: 'group', id: 'team' },
            write: true,
            criteria: [{ field: 'subject', operator: 'contains', value: 'Heating' }],
            related: []
          }
        }
      }))
      await grace.open(`${heating}?person=ben`)
      grace
        .sees('Cases owned by people in role “Vertriebsmitarbeiter” may be read and edited by group “Team A”')
        .sees('Subject contains “Heating”')
        .sees('group “Team A” › role “Vertriebsmanager” with its subordinates › role “Assistent Vertrieb”')
        .sees('His profile “Assistentenprofil” does not allow: edit.')
      const parts = grace.page('.tree > li').toArray()
      expect(parts.filter((part) => grace.page(part).children('.badge').text() === 'holds')).to.have.length(2)
      await set((model) => ({ ...model, rules: {} }))
    })

    it('S06 S11 names the record it hangs on only to whom the CRM shows it', async () => {
      const to = { kind: 'user', id: 'ben' } as const
      const related = [{ module: 'Case', link: 'account', write: false }]
      const rule = {
        module: 'Account',
        from: { kind: 'tree', id: 'manager' },
        to,
        write: false,
        criteria: [],
        related
      } as const
      await set((model) => ({ ...model, rules: { rule } }))
      await grace.open(`${heating}?person=ben`)
      grace.sees('It hangs on “Nordwind Heizung GmbH”, which is shared with him.')
      const account = test.embedded
        .db<{ id: string; assigned_user_id: string }>('crm_account')
        .where({ id: 'nordwind' })
      const owner = (await account.clone().first('assigned_user_id'))!.assigned_user_id
      await account.clone().update({ assigned_user_id: 'irena' })
      const people = { ...organization.people, irena: 'assistant' }
      const defaults = { Account: { level: 'private' }, Case: { level: 'private' } } as const
      await set((model) => ({
        ...model,
        defaults: { ...model.defaults, ...defaults },
        people: { ...people, grace: 'colleague' }
      }))
      await set((model) => ({ ...model, rules: { rule: { ...rule, from: { kind: 'role', id: 'assistant' } } } }))
      await owned({ assigned_user_id: 'grace' })
      await grace.open(`${heating}?person=ben`)
      grace.is(200).sees('It hangs on “a record in Accounts”').doesNotSee('Nordwind Heizung')
      await account.clone().update({ assigned_user_id: owner })
      await owned({ assigned_user_id: 'petra' })
      await set((model) => ({ ...model, people: organization.people, rules: {} }))
    })

    it('S11 X01 speaks of owners that are gone, without a role, or a group, and of nobody', async () => {
      await grace.open(`${heating}?show=cannot`)
      grace.doesNotSee('no longer there')
      await owned({ assigned_user_id: 'somebody-gone' })
      await irenaAsks('a user who is no longer there (somebody-gone)')
      await owned({ assigned_user_id: null })
      await irenaAsks('Nobody: neither a person nor a group')
      const group = await test.embedded.crm.groups.create('Service desk')
      await owned({ assigned_user_id: null, assigned_group_id: group })
      await irenaAsks('for which no group here stands')
      await set((model) => ({ ...model, groups: { team: { ...organization.groups['team']!, hostGroup: group } } }))
      await irenaAsks('Group of the CRM: Service desk', 'can')
      await irena.open(`${heating}?person=frank`)
      irena.sees('The record belongs to the group “Team A”, and he is in it')
      await owned({ assigned_user_id: 'petra', assigned_group_id: null })
      await set((model) => ({ ...model, people: { grace: 'manager', frank: 'colleague', ben: 'assistant' } }))
      await irenaAsks('Petra Nováková, without a role')
      await set((model) => ({ ...model, people: organization.people }))
    })

    it('S08 S11 answers as in force and as staged', async () => {
      await grace.open(heating)
      grace.doesNotSee('As staged')
      await staged((model) => ({ ...model, defaults: { ...model.defaults, Case: { level: 'public-read' } } }))
      await grace.open(heating)
      expect(Object.keys(rows(grace))).to.have.length(3)
      await grace.follow('As staged')
      expect(Object.keys(rows(grace))).to.have.length(5)
      expect(rows(grace)['Ben Fischer']).to.equal('view The organization-wide default of Cases is “Public: Read Only”.')
      await grace.open(`${answers}/person/ben`)
      expect(counts(grace, 'Cases')).to.deep.equal([
        ['0', '0', '0'],
        [String(await numberOfCases()), '0', '0']
      ])
      expect(counts(grace, 'Accounts')).to.have.length(1)
      await staged((model) => ({ ...model, defaults: { ...model.defaults, Case: { level: 'private' } } }))
    })

    it('S11 says what a person sees: role, profiles, groups, superiors, and per module how many records and why', async () => {
      await grace.open(`${answers}?who=petra`)
      await grace.follow('Petra Nováková')
      grace
        .sees('Vertriebsmanager › Vertriebsmitarbeiter')
        .sees('group “Team A” › role “Vertriebsmanager” with its subordinates › role “Vertriebsmitarbeiter”')
      const own = await test.embedded.db('crm_case').where({ assigned_user_id: 'petra', deleted: 0 })
      expect(counts(grace, 'Cases')).to.deep.equal([Array.from({ length: 3 }, () => String(own.length))])
      ;(await grace.open(`${answers}/person/nobody`)).is(404)
    })

    it('S11 a record is found by its title or its address, and only where the CRM shows it', async () => {
      await grace.open(`${answers}?module=Case&q=heating`)
      await grace.follow('Heating fails')
      grace.is(200)
      await grace.open(`${answers}?address=${encodeURIComponent('http://crm.example/crm/Case/annas-heating-case?x=1')}`)
      grace.is(200).sees('Who can see “Heating fails”')
      await grace.open(`${answers}?address=nonsense`)
      grace.is(200).sees('leads to no record')
      await test.embedded.db('crm_case').where({ id: 'annas-heating-case' }).update({ assigned_user_id: 'irena' })
      ;(await grace.open(heating)).is(404)
      await grace.open(`${answers}?module=Case&q=heating%20fails`)
      grace.doesNotSee('>Heating fails<').sees('shows you no record of that title')
      await grace.open(`${answers}?address=/crm/Case/annas-heating-case`)
      grace.sees('leads to no record')
      await owned({ assigned_user_id: 'petra' })
    })

    it('S11 a thousand people are judged quickly, thirty to a page', async () => {
      const { host } = test.embedded
      const many = Array.from({ length: 1000 }, (_, index) => ({
        id: `person-${index}`,
        userName: `person-${index}`,
        name: `Person ${index}`,
        isActive: true,
        isAdministrator: false
      }))
      const people = host.people.bind(host)
      Object.assign(host, { people: () => Promise.resolve(many) })
      try {
        const begun = performance.now()
        await grace.open(`${heating}?show=cannot`)
        expect(performance.now() - begun).to.be.lessThan(2000)
        expect(Object.keys(rows(grace))).to.have.length(30)
        grace.sees('1–30 of 1000 people')
        expect(grace.response.text.length).to.be.lessThan(50_000)
        await grace.open(`${heating}?show=cannot&skip=990`)
        expect(Object.keys(rows(grace))).to.have.length(10)
      } finally {
        Object.assign(host, { people })
      }
    })

    for (const language of ['English', 'Deutsch', 'Čeština'])
      it(`S10 S11 the help has every term of the source and the three examples (${language})`, async () => {
        await irena.open('/portico/admin/sharing/help')
        await irena.send(language)
        await irena.open('/portico/admin/sharing/help')
        for (const term of sourceTerms) irena.sees(term)
        expect(irena.response.text).not.to.match(/sharing-help:|\{\{/)
        expect(irena.response.text.length).to.be.lessThan(50_000)
        expect(irena.page('h1')).to.have.length(1)
        for (const link of irena.page('nav a[href^="#"]').toArray())
          expect(irena.page(irena.page(link).attr('href'))).to.have.length(1)
      })

    const sourceTerms = [
      'Profile',
      'Übergeordnete Nutzerprivilegien',
      'Alle ansehen',
      'Alle bearbeiten',
      'Rollen mit Untergebenen',
      'Gruppen',
      'Globale Rechtevergabe',
      'Globale Zugangsregeln',
      'Privat',
      'Öffentlich: Nur Lesen',
      'Öffentlich: Lesen, Erstellen/Bearbeiten, Löschen',
      '[Berechnen]',
      'Vertriebsmanager',
      'Vertriebsmitarbeiter',
      'Assistent Vertrieb',
      'Assistentenprofil',
      'Team A'
    ]

    /** Administrators see a record whoever it belongs to. */
    async function irenaAsks(text: string, show = 'cannot'): Promise<void> {
      ;(await irena.open(`${heating}?show=${show}`)).is(200).sees(text)
    }

    function owned(values: Record<string, string | null>): Promise<unknown> {
      return test.embedded.db('crm_case').where({ id: 'annas-heating-case' }).update(values)
    }

    async function numberOfCases(): Promise<number> {
      return (await test.embedded.db('crm_case').where({ deleted: 0 })).length
    }

    /** By name: what he may, and why. */
    function rows({ page }: Visitor): Record<string, string> {
      const cells = page('tbody tr').toArray()
      return Object.fromEntries(
        cells.map((row) => [
          plain(page(row).find('th a').text()),
          [...page(row).find('.badge, p').toArray()].map((part) => plain(page(part).text())).join(' ')
        ])
      )
    }

    /** The counts of a module as in force and, below, as staged. */
    function counts({ page }: Visitor, module: string): string[][] {
      return page('tbody tr')
        .toArray()
        .filter((row) => plain(page(row).find('th').text()).endsWith(module))
        .map((row) =>
          page(row)
            .find('td.num')
            .toArray()
            .map((cell) => plain(page(cell).text()))
        )
    }

    function plain(text: string): string {
      return text.replace(/\s+/g, ' ').trim()
    }

    function set(change: (model: Model) => Model): Promise<void> {
      return setModel(test, change)
    }

    async function staged(change: (model: Model) => Model): Promise<void> {
      const by = (await test.embedded.host.staffById('irena'))!
      const part = (model: Model): Model => model
      const staging = { action: 'sharing.defaults-changed', subject: 'sharing:model', part, change }
      await stage(test.embedded.portico.context, by, staging)
    }
  })
})
