/** Previews: staff see a portal through the eyes of its people, and only look (Z13, X03). */
import { expect } from 'chai'
import type { Router } from 'express'
import { customers, demoPassword, staff as cast } from '../../demo/cast.js'
import type { StoredAuditEntry } from '../../src/audit/audit.js'
import { inForce } from '../../src/global-sharing/in-force.js'
import { levelIn } from '../../src/global-sharing/model.js'
import type { Staff } from '../../src/host/host.js'
import { configuration, releaseOf } from '../../src/portal/configuration.js'
import { rooms } from '../../src/portal/pages/routes.js'
import { invitePerson } from '../../src/portal/people/persons.js'
import { remove } from '../../src/portal/people/access-changes.js'
import { portalUserByAddress } from '../../src/portal/people/portal-users.js'
import { switchPortal } from '../../src/portal/portals/portals.js'
import { saveRelease, saveReleases } from '../../src/portal/user-types/releases.js'
import { addUserType } from '../../src/portal/user-types/user-types.js'
import { unchanged } from '../attacks/measures.js'
import { openApp, type TestApp } from '../support/app.js'
import { onMysql, onSqlite, type OpenDatabase } from '../support/databases.js'
import type { Answers, Visitor } from '../support/visitor.js'
import { setDefaults } from '../support/sharing.js'
import { admin, customerAt, door, masked, staffAt, thePortal, theUserType } from './people.js'

const heating = 'annas-heating-case'
const minute = 60_000

async function userIdOf(test: TestApp, name: keyof typeof customers): Promise<string> {
  const user = await portalUserByAddress(test.embedded.db, (await thePortal(test)).id, customers[name].email)
  return user!.id
}

/** Begins a preview as a portal user and gives the address of its pages. */
async function previewAs(test: TestApp, visitor: Visitor, name: keyof typeof customers): Promise<string> {
  await visitor.open(`${admin}/preview?user=${await userIdOf(test, name)}`)
  await visitor.send('Start preview')
  return baseIn(visitor.is(200).path)
}

function baseIn(path: string): string {
  return path.split('/').slice(0, 6).join('/')
}

/** As a user type whose person's own record is this one; addresses carry no more than the form of the page. */
async function previewWith(test: TestApp, visitor: Visitor, record: string): Promise<string> {
  const userType = (await theUserType(test)).id
  await visitor.open(`${admin}/preview?type=${userType}`)
  const begun = await visitor.forge(`${admin}/preview`, { userType, record })
  expect(begun.status).to.equal(303)
  return baseIn(String(begun.headers['location']))
}

async function staffMember(test: TestApp, name: keyof typeof cast): Promise<Staff> {
  return (await test.embedded.host.staffById(cast[name].id))!
}

/** Makes a module's records those of their owners alone (S04), and undoes it. */
async function whilePrivate(test: TestApp, module: string, look: () => Promise<void>): Promise<void> {
  const before = levelIn((await inForce(test.embedded.db)).model, module)
  await setDefaults(test, { [module]: 'private' })
  await look()
  await setDefaults(test, { [module]: before })
}

function entries(test: TestApp, subject: string): Promise<StoredAuditEntry[]> {
  return test.embedded.portico.context.audit.list({ subject, limit: 10 })
}

/** What the main part of the page shows. */
function mainText(visitor: Visitor): string {
  return visitor.page('main').text().replace(/\s+/g, ' ').trim()
}

const suites =
  (full: boolean) =>
  (open: OpenDatabase): void => {
    describe('a preview', function () {
      this.timeout(60_000)
      let test: TestApp
      let irena: Visitor
      let asAnna: string

      before(async () => {
        test = await openApp(open)
        irena = await staffAt(test, 'irena')
        asAnna = await previewAs(test, irena, 'anna')
      })

      after(() => test.close())

      it('Z13 shows staff what a portal user sees, value for value', async () => {
        const anna = await customerAt(test, 'anna')
        for (const path of ['/case', `/case/${heating}`, '/account/nordwind', '/contact/anna', '/case/new', '/quote']) {
          await anna.open(door + path)
          await irena.open(asAnna + path)
          irena.is(200)
          expect(mainText(irena), path).to.equal(mainText(anna)).and.not.equal('')
        }
        ;(await irena.open(`${asAnna}/case/bjorns-case`)).is(404)
      })

      it('Z13 A40 begins and ends under both names: on the page of the portal and of the portal user', async () => {
        const portal = await thePortal(test)
        const user = await userIdOf(test, 'anna')
        const base = await previewAs(test, irena, 'anna')
        await irena.send('End preview')
        irena.is(200).sees('Portal access of Anna Schmidt')
        for (const subject of [`portal:${portal.id}`, `portal-user:${user}`]) {
          const [ended, started] = await entries(test, subject)
          expect([started?.action, ended?.action], subject).to.deep.equal(['preview.started', 'preview.ended'])
          for (const entry of [started, ended]) {
            expect(entry?.actor).to.deep.equal({ kind: 'staff', id: cast.irena.id, name: cast.irena.name })
            expect(entry?.after).to.include({ portalUser: 'Anna Schmidt', userType: 'Client Portal' })
          }
        }
        irena.sees('Preview started: Anna Schmidt by Irena Malá', 'Preview ended: Anna Schmidt by Irena Malá')
        await irena.open(`${admin}/${portal.id}`)
        irena.sees('Preview started: Anna Schmidt by Irena Malá', 'Preview ended: Anna Schmidt by Irena Malá')
        ;(await irena.open(`${base}/case`)).is(410).sees('This preview is over')
      })

      if (!full) return

      it('Z13 shows a user type with a record that staff choose: the first that the CRM shows, or one they look for', async () => {
        await irena.open(`${admin}/preview`)
        await irena.follow('Client Portal')
        irena.is(200).sees('also records that the CRM does not show you', 'Nothing can be changed in it')
        await irena.open(`${irena.path}&q=Larsen`)
        irena.sees('Björn Larsen').doesNotSee('Anna Schmidt')
        const button = irena.page('button[name=record]')
        expect(button).to.have.length(1)
        const base = await previewWith(test, irena, button.attr('value')!)
        await irena.open(`${base}/case`)
        irena.is(200).sees('Preview as Client Portal with the record Björn Larsen', 'Pump leaks').doesNotSee('Heating')
        await irena.open(`${base}/case/bjorns-case`)
        irena.is(200)
        const [entry] = await entries(test, `portal:${(await thePortal(test)).id}`)
        expect(entry).to.include({ action: 'preview.started' })
        expect(entry?.after).to.include({ record: 'Contact/bjorn', userType: 'Client Portal' })
      })

      it('Z13 nothing is written by the person of a user type: rights of authors stay with authors', async () => {
        const bjorn = await customerAt(test, 'bjorn')
        await bjorn.open(`${door}/case/new`)
        await bjorn.send('Save', { subject: 'Written by Björn' })
        const path = bjorn.path.slice(door.length)
        const edit = (visitor: Visitor): number => visitor.page('main .head a[href$="/edit"]').length
        await irena.open((await previewWith(test, irena, 'bjorn')) + path)
        expect(edit(irena.is(200))).to.equal(0)
        await irena.open((await previewAs(test, irena, 'bjorn')) + path)
        expect(edit(irena.is(200))).to.equal(1)
      })

      it('Z13 A40 every page is marked, and every form that would change something is off', async () => {
        const seen = await crawl(irena, asAnna)
        expect(seen.length).to.be.greaterThan(15)
        for (const { path, marks, openButtons, outside } of seen) {
          expect(marks, path).to.equal('Preview as Anna Schmidt (Client Portal) by Irena Malá')
          expect(openButtons, path).to.deep.equal([])
          expect(outside, path).to.deep.equal([])
        }
        for (const path of ['/case/no-such-case', '/profile', '/nothing']) {
          await irena.open(asAnna + path)
          irena.is(404).sees('Preview as Anna Schmidt (Client Portal) by Irena Malá')
        }
      })

      it('A40 nothing can be sent: each answers 403 with a sentence, and nothing is written', async () => {
        await irena.open(`${asAnna}/case/${heating}`)
        const own = postsOf(rooms(test.embedded.portico.context))
        expect(own).to.include.members(['/:module', '/:module/:id', '/:module/:id/notes', '/:module/:id/removal'])
        const params: Record<string, string> = { module: 'case', id: heating }
        const filled = own.map((path) => path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? 'any'))
        const elsewhere = [
          '/',
          '/contact/anna',
          '/profile/preferences',
          '/profile/password',
          '/sign-out',
          '/nothing/at/all'
        ]
        const posts = [...filled, ...elsewhere]
        const fields = { subject: 'Forged', text: 'Forged', firstName: 'Forged', lastName: 'Forged' }
        for (const path of posts) {
          const answer = await unchanged(world(test), () => irena.forge(asAnna + path, fields))
          expect(answer.status, path).to.equal(403)
          expect(answer.text, path).to.include('nothing can be changed in it')
        }
      })

      it('Z05 A40 forms are filled in as far as the button that would save them, and that one is off', async () => {
        const saves = (): number => irena.page('main .form__actions button:not([disabled])').length
        await irena.open(`${asAnna}/case/new`)
        expect(saves()).to.equal(0)
        const fields = { subject: 'Typed', priority: 'Low', description: 'Typed too' }
        const ways: Answers[] = [{ _find: 'any' }, { _add: 'any' }, { _go: 'next' }, { _go: 'back' }]
        for (const way of ways) {
          const answer = await unchanged(world(test), () => irena.forge(`${asAnna}/case`, { ...fields, ...way }))
          expect(answer.status, Object.keys(way)[0]).to.be.oneOf([200, 422])
          expect(answer.text).to.include('value="Typed"').and.include('Preview as Anna Schmidt')
        }
        const saving: Answers[] = [{ _go: 'save' }, { _go: '' }, { _step: '9' }]
        for (const way of saving) {
          const answer = await unchanged(world(test), () => irena.forge(`${asAnna}/case`, { ...fields, ...way }))
          expect(answer.status, JSON.stringify(way)).to.equal(403)
          const notes = await unchanged(world(test), () =>
            irena.forge(`${asAnna}/case/${heating}/notes`, { ...fields, ...way })
          )
          expect(notes.status).to.equal(403)
        }
      })

      it('A41 it is not begun and not ended by a form of somebody else’s', async () => {
        const base = await previewAs(test, irena, 'jonas')
        const user = await userIdOf(test, 'jonas')
        expect((await unchanged(world(test), () => irena.bare(`${admin}/preview`, { user }))).status).to.equal(403)
        expect((await unchanged(world(test), () => irena.bare(`${base}/end`))).status).to.equal(403)
        ;(await irena.open(`${base}/case`)).is(200)
      })

      it('Z31 A01 another’s preview is not there, whoever guesses or knows its address', async () => {
        const frank = await staffAt(test, 'frank')
        const guessed = `${admin}/preview/00000000-0000-4000-8000-000000000000`
        for (const path of ['/', '/case', `/case/${heating}`]) {
          const [foreign, missing] = [await frank.peek(asAnna + path), await frank.peek(guessed + path)]
          expect(foreign.status, path).to.equal(404)
          expect(masked(foreign.text), path).to.equal(masked(missing.text))
        }
        await frank.open(`${admin}/preview`)
        expect((await unchanged(world(test), () => frank.forge(`${asAnna}/end`))).status).to.equal(404)
        ;(await irena.open(`${asAnna}/case/${heating}`)).is(200)
        const own = await previewAs(test, frank, 'anna')
        ;(await frank.open(`${own}/case/${heating}`)).is(200).sees('by Frank Weber')
      })

      it('A33 the cookie of a portal user opens no preview', async () => {
        const anna = await customerAt(test, 'anna')
        await anna.open(`${asAnna}/case`)
        expect(anna.path).to.match(/^\/crm\/sign-in/)
        anna.doesNotSee('Heating fails')
        const post = await unchanged(world(test), () => anna.forge(`${asAnna}/case`, { subject: 'Forged' }))
        expect(post.status).to.equal(303)
        expect(String(post.headers['location'])).to.include('/crm/sign-in')
      })

      it('A33 A52 a portal user’s session in the same browser stays what it is, and apart', async () => {
        const frank = await staffAt(test, 'frank')
        await frank.open(`${door}/sign-in`)
        await frank.send('Sign in', { email: customers.bjorn.email, password: demoPassword })
        const base = await previewAs(test, frank, 'anna')
        await frank.open(`${base}/case`)
        frank.sees('Heating fails').doesNotSee('Pump leaks')
        await frank.open(`${door}/case`)
        frank.sees('Pump leaks').doesNotSee('Heating fails', 'Preview')
        await frank.open(`${base}/case`)
        await frank.send('End preview')
        ;(await frank.open(`${door}/case`)).is(200).sees('Pump leaks')
        const again = await previewAs(test, frank, 'anna')
        await frank.open(`${door}/case`)
        await frank.send('Sign out')
        ;(await frank.open(`${again}/case`)).is(200).sees('Heating fails')
        const stranger = test.visitor()
        ;(await stranger.open(`${door}/case`)).doesNotSee('Heating fails', 'Pump leaks')
      })

      it('Z13 is there for who manages portals, from one request to the next', async () => {
        const { users } = test.embedded.crm
        const frank = await staffAt(test, 'frank')
        const base = await previewAs(test, frank, 'anna')
        await users.change(cast.frank.id, { permissions: ['manage-portal-users'] })
        ;(await frank.open(`${base}/case`)).is(404).doesNotSee('Heating fails')
        ;(await frank.open(`${admin}/preview`)).is(404)
        await users.change(cast.frank.id, { permissions: cast.frank.permissions })
        ;(await frank.open(`${base}/case`)).is(200).sees('Heating fails')
        await frank.open('/crm')
        await frank.send('Sign out')
        await frank.open(`${base}/case`)
        expect(frank.path).to.match(/\/crm\/sign-in/)
        frank.doesNotSee('Heating fails')
      })

      it('Z13 nobody is looked through whom the CRM doesn’t show; what he sees is shown, and the page says so', async () => {
        const frank = await staffAt(test, 'frank')
        const asBjorn = await previewAs(test, frank, 'bjorn')
        await whilePrivate(test, 'Case', async () => {
          ;(await frank.open('/crm/Case/bjorns-case')).is(404)
          await frank.open(`${asBjorn}/case/bjorns-case`)
          frank.is(200).sees('Pump leaks', 'also records that the CRM does not show you')
        })
        await whilePrivate(test, 'Contact', async () => {
          ;(await frank.open('/crm/Contact/bjorn')).is(404)
          ;(await frank.open(`${asBjorn}/case/bjorns-case`)).is(404).doesNotSee('Pump leaks')
          ;(await frank.open(`${admin}/preview?user=${await userIdOf(test, 'bjorn')}`)).is(404)
          const userType = (await theUserType(test)).id
          await frank.open(`${admin}/preview?type=${userType}`)
          frank.is(200).sees('Anna Schmidt').doesNotSee('Björn Larsen')
          const attempts: Answers[] = [{ userType, record: 'bjorn' }, { user: await userIdOf(test, 'bjorn') }]
          for (const asked of attempts) {
            const refused = await unchanged(world(test), () => frank.forge(`${admin}/preview`, asked))
            expect(refused.status).to.equal(404)
          }
          expect((await frank.forge(`${admin}/preview`, { userType, record: 'anna' })).status).to.equal(303)
        })
        ;(await frank.open(`${asBjorn}/case/bjorns-case`)).is(200)
      })

      it('A02 S09 the portal’s changes name whoever was looked through to nobody from whom the CRM hides him', async () => {
        const frank = await staffAt(test, 'frank')
        await previewAs(test, frank, 'bjorn')
        const portal = `${admin}/${(await thePortal(test)).id}`
        const subject = `portal:${(await thePortal(test)).id}`
        const actor = { kind: 'staff', id: cast.frank.id, name: cast.frank.name } as const
        const after = { portalUser: 'Somebody Else' }
        await test.embedded.portico.context.audit.note({ actor, action: 'preview.ended', subject, after })
        await frank.open(portal)
        frank.sees('Preview started: Björn Larsen').doesNotSee('Somebody Else')
        await whilePrivate(test, 'Contact', async () => {
          for (const page of [portal, `${portal}/appearance`, `${portal}/tabs`]) {
            await frank.open(page)
            frank.is(200).sees('Preview started: Not shown to you by the CRM').doesNotSee('Björn Larsen')
          }
        })
      })

      it('Z13 a file is read by the person’s right, and that it was is noted with its name', async () => {
        const anna = await customerAt(test, 'anna')
        await anna.open(`${door}/case/${heating}`)
        await anna.send('Write note', { text: 'See the sketch.' }, [
          { field: 'files', name: 'sketch.txt', content: 'A pipe.', type: 'text/plain' }
        ])
        await irena.open(`${asAnna}/case/${heating}`)
        const file = irena.page('a[download]').last().attr('href')!
        const answer = await irena.peek(file)
        expect(answer.status).to.equal(200)
        expect(answer.headers['content-disposition']).to.include('sketch.txt')
        const [entry] = await entries(test, `portal-user:${await userIdOf(test, 'anna')}`)
        expect(entry).to.include({ action: 'preview.file-taken' })
        expect(entry?.after).to.include({ file: 'sketch.txt', portalUser: 'Anna Schmidt' })
        const asBjorn = await previewAs(test, irena, 'bjorn')
        const before = await entries(test, `portal-user:${await userIdOf(test, 'bjorn')}`)
        expect((await irena.peek(file.replace(asAnna, asBjorn))).status).to.equal(404)
        expect(await entries(test, `portal-user:${await userIdOf(test, 'bjorn')}`)).to.deep.equal(before)
      })

      it('A25 a change of the configuration shows in it at once', async () => {
        const userType = await theUserType(test)
        const release = releaseOf(userType, 'Case')!
        const fields = new Map([...release.fields].filter(([name]) => name !== 'priority'))
        ;(await irena.open(`${asAnna}/case/${heating}`)).sees('Priority')
        await saveRelease(
          test.embedded.portico.context,
          { id: userType.id, revision: userType.revision },
          { ...release, fields },
          await staffMember(test, 'frank')
        )
        ;(await irena.open(`${asAnna}/case/${heating}`)).is(200)
        expect(mainText(irena)).not.to.include('Priority')
      })

      it('Z13 speaks the reader’s language; dates are written as the person has them', async () => {
        await irena.open(`${asAnna}/case`)
        await irena.send('Deutsch')
        irena.is(200).sees('Vorschau als Anna Schmidt (Client Portal) durch Irena Malá', 'Nichts kann geändert werden.')
        expect(irena.path).to.equal(`${asAnna}/case`)
        await irena.send('Čeština')
        irena.sees('Náhled jako Anna Schmidt (Client Portal), prohlíží Irena Malá')
        await irena.send('English')
        irena.sees('Preview as Anna Schmidt')
        const user = (await portalUserByAddress(test.embedded.db, (await thePortal(test)).id, customers.anna.email))!
        const { profile, prefer } = test.embedded.portico.context.identity
        const anna = (await profile(user.identityId!))!
        await prefer(user.identityId!, { ...anna, timeZone: 'UTC', formats: { date: 'mdy', time: '12' } })
        await irena.open(`${asAnna}/case/${heating}`)
        expect(mainText(irena)).to.match(/\d\d\/\d\d\/\d{4} \d\d:\d\d [ap]m/i)
      })

      it('Z13 a portal that is off is there in a preview, and for nobody else', async () => {
        const { id, revision } = await thePortal(test)
        const staff = await staffMember(test, 'irena')
        const bjorn = await customerAt(test, 'bjorn')
        await switchPortal(test.embedded.portico.context, { id, revision }, false, staff)
        ;(await irena.open(`${asAnna}/case/${heating}`)).is(200).sees('Heating fails')
        ;(await bjorn.open(`${door}/case`)).is(404)
        const base = await previewWith(test, irena, 'bjorn')
        ;(await irena.open(`${base}/case`)).is(200).sees('Pump leaks').doesNotSee('Heating fails')
        ;(await irena.open(`${admin}/preview?user=${await userIdOf(test, 'anna')}`)).sees('as if it were on')
        await switchPortal(test.embedded.portico.context, { id, revision: revision + 1 }, true, staff)
        ;(await bjorn.open(`${door}/case`)).is(200)
      })

      it('Z04 Z13 a user type is there before its set-up is finished, with what was chosen so far', async () => {
        const { context } = test.embedded.portico
        const staff = await staffMember(test, 'irena')
        const portal = await thePortal(test)
        const id = await addUserType(context, portal.id, { name: 'Vendors', primaryModule: 'Vendor' }, staff)
        const { revision, releases } = (await configuration(context.db)).userTypes.get(id)!
        const fields = new Map([['name', 'readOnly'] as const])
        await saveReleases(context, { id, revision }, { drafts: [{ ...releases[0]!, fields }], removed: [] }, staff)
        await irena.open(`${admin}/preview?type=${id}`)
        irena.sees('The set-up of this user type is not finished.')
        const name = irena.page('tbody th').first().text().trim()
        await irena.send(`As user type (${name})`)
        await irena.follow('Vendors')
        irena.is(200).sees(`Preview as Vendors with the record ${name} by Irena Malá`, name)
      })

      it('E08 Z13 somebody without a record has a preview too: of nothing, as long as no role gives him more', async () => {
        const { context } = test.embedded.portico
        const staff = await staffMember(test, 'irena')
        const portal = await thePortal(test)
        const form = { portalId: portal.id, name: 'Paula Free', address: 'paula@free.example', language: 'en' } as const
        const id = await invitePerson(context, { ...form, roleIds: [] }, staff)
        await irena.open(`${admin}/preview?user=${id}`)
        irena.sees('Paula Free can’t sign in at present')
        await irena.send('Start preview')
        irena.is(200).sees('Preview as Paula Free (Thermovia Service) by Irena Malá', 'Welcome')
        ;(await irena.open(`${baseIn(irena.path)}/case`)).is(404)
        await irena.send('End preview')
        irena.is(200).sees('Preview ended')
      })

      it('A24 it is over once the portal user is removed, and after 60 minutes', async () => {
        const staff = await staffMember(test, 'irena')
        const asPavel = await previewAs(test, irena, 'pavel')
        await remove(test.embedded.portico.context, await userIdOf(test, 'pavel'), staff)
        ;(await irena.open(`${asPavel}/case`)).is(410).sees('This preview is over').doesNotSee('Heating fails')
        const base = await previewAs(test, irena, 'jonas')
        test.wait(59 * minute)
        ;(await irena.open(`${base}/case`)).is(200)
        test.wait(minute)
        ;(await irena.open(`${base}/case`)).is(410).sees('This preview is over').doesNotSee('Heating fails')
        expect((await irena.forge(`${base}/case`, { subject: 'Late' })).status).to.equal(410)
      })
    })
  }

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> }
  readonly handle: unknown
}

/** What the portal's own router takes by POST; routers within it stand below a record. */
function postsOf(router: Router, below = ''): string[] {
  const layers = router.stack as unknown as Layer[]
  return layers.flatMap(({ route, handle }) => {
    if (route) return route.methods['post'] ? [below + route.path] : []
    return typeof handle === 'function' && 'stack' in handle ? postsOf(handle as Router, '/:module/:id') : []
  })
}

interface Seen {
  readonly path: string
  /** The banner's first words. */
  readonly marks: string
  /** Buttons of POST forms that could be pressed. */
  readonly openButtons: readonly string[]
  /** Links that lead into the portal itself. */
  readonly outside: readonly string[]
}

/** Follows the links of a preview, at most 40 of them. */
async function crawl(visitor: Visitor, base: string): Promise<Seen[]> {
  const waiting = [`${base}/`]
  const known = new Set(waiting)
  const seen: Seen[] = []
  while (waiting.length > 0 && seen.length < 40) {
    await visitor.open(waiting.shift()!)
    if (!visitor.response.type.includes('html')) continue
    visitor.is(200)
    const { page } = visitor
    const hrefs = page('a[href]')
      .toArray()
      .map((a) => page(a).attr('href')!)
    const buttons = page(
      'main form[method=post] button:not([disabled], [name=_find], [name=_add], [name=_go])'
    ).toArray()
    seen.push({
      path: visitor.path,
      marks: page('aside.preview strong').text(),
      openButtons: buttons.map((button) => page(button).text().trim()),
      outside: hrefs.filter((href) => href.startsWith('/portal'))
    })
    for (const href of hrefs) {
      const to = href.startsWith('?') ? visitor.path.split('?')[0] + href : href.split('#')[0]!
      if (to.startsWith(`${base}/`) && !known.has(to)) waiting.push(to)
      known.add(to)
    }
  }
  return seen
}

function world(test: TestApp): Parameters<typeof unchanged>[0] {
  const { context } = test.embedded.portico
  return { db: context.db, context }
}

onSqlite('previews on SQLite', suites(true))
onMysql('previews on MariaDB', suites(false))
