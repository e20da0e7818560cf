import { expect } from 'chai'
import { customers, demoPassword } from '../../demo/cast.js'
import { configuration, userTypesOf } from '../../src/portal/configuration.js'
import { invite } from '../../src/portal/people/invitations.js'
import { saveLogo } from '../../src/portal/portals/logo.js'
import { createPortal } from '../../src/portal/portals/portals.js'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import { finishSetUp } from '../../src/portal/user-types/set-up.js'
import { saveTabs } from '../../src/portal/portals/tabs.js'
import { saveAccent } from '../../src/portal/portals/theme.js'
import { createWebTab } from '../../src/portal/portals/web-tabs.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { pngOf } from './pictures.js'
import { door, thePortal } from './people.js'
import { release } from './releases.js'

const partners = '/portal/partners'

onSqlite('two portals at once', (open) => {
  let test: TestApp

  before(async () => {
    test = await openApp(open)
    await openPartners()
  })
  after(() => test.close())

  /** A German portal beside the English one, each with its own looks and navigation; Anna may come in at both. */
  const openPartners = async (): Promise<void> => {
    const { context } = test.embedded.portico
    const by = (await test.embedded.host.staffById('irena'))!
    const first = await thePortal(test)
    const formats = { date: 'dmy', time: '24' } as const
    const form = { name: 'Partnerportal', slug: 'partners', locale: 'de', timeZone: 'Europe/Berlin', formats } as const
    const id = await createPortal(context, form, by)
    const { id: typeId, revision } = userTypesOf(await configuration(context.db), id)[0]!
    const own = release('Contact', { kind: 'primary', fields: { lastName: 'readOnly' } })
    await saveRelease(context, { id: typeId, revision }, own, by)
    await finishSetUp(context, { id: typeId, revision: revision + 1 }, by)
    await saveAccent(context, await seen(first.id), '#8a2be2', by)
    await saveAccent(context, await seen(id), '#7d6900', by)
    await saveLogo(context, await seen(id), { type: 'image/png', content: pngOf(10, 10) }, by)
    await saveTabs(context, await seen(first.id), ['module:Quote'], by)
    await createWebTab(context, { name: 'Preisliste', url: 'https://partners.example.com/', userTypeIds: [typeId] }, by)
    const anna = { module: 'Contact', recordId: customers.anna.id, userTypeId: typeId, language: 'de' } as const
    await invite(context, anna, by)
  }

  const seen = async (id: string): Promise<{ id: string; revision: number }> => {
    const { revision } = (await configuration(test.embedded.db)).portals.get(id)!
    return { id, revision }
  }

  /** Accepts the invitation that was mailed to her last. */
  const acceptAsAnna = async (): Promise<void> => {
    const mail = await test.embedded
      .db<{ text: string; to_address: string }>('portico_mail')
      .where({ to_address: customers.anna.email })
      .orderBy('id', 'desc')
      .first('text')
    const one = test.visitor('de')
    await one.open(/http\S+\/invitation\/\S+/.exec(mail!.text)![0])
    await one.send('Einladung annehmen')
    one.is(200)
  }

  const stylesheetOf = (one: Visitor): string => one.page('link[href*="theme.css"]').attr('href')!

  it('E01 each speaks its own language, wears its own colours and its own logo', async () => {
    const english = await test.visitor('cs').open(`${door}/sign-in`)
    const german = await test.visitor('cs').open(`${partners}/sign-in`)
    english.sees('Sign in')
    german.sees('Anmelden')
    expect([english.page('html').attr('lang'), german.page('html').attr('lang')]).to.deep.equal(['en', 'de'])
    expect(stylesheetOf(english)).to.match(/^\/portal\/thermovia\/theme\.css\?v=/)
    expect(stylesheetOf(german)).to.match(/^\/portal\/partners\/theme\.css\?v=/)
    expect((await test.visitor().peek(stylesheetOf(english))).text)
      .to.include('#8a2be2')
      .and.not.include('#7d6900')
    expect((await test.visitor().peek(stylesheetOf(german))).text)
      .to.include('#7d6900')
      .and.not.include('#8a2be2')
    expect(german.page('.brand img').attr('src')).to.match(/^\/portal\/partners\/logo\?v=/)
    expect(english.page('.brand img').length).to.equal(0)
  })

  it('E01 who is signed in at one is nobody at the other, and each shows its own navigation', async () => {
    await acceptAsAnna()
    const anna = test.visitor('de')
    await anna.open(`${partners}/sign-in`)
    await anna.send('Anmelden', { email: customers.anna.email, password: demoPassword })
    const navigation = (): string[] =>
      anna
        .page('.nav a')
        .map((_, link) => anna.page(link).text().trim())
        .get()
    anna.is(200)
    expect(anna.path).to.match(/^\/portal\/partners\//)
    expect(navigation()).to.include('Preisliste').and.not.include('Angebote')
    expect(stylesheetOf(anna)).to.match(/^\/portal\/partners\//)
    const elsewhere = await anna.peek(`${door}/quote`)
    expect([elsewhere.status, elsewhere.headers['location']]).to.deep.equal([
      303,
      `${door}/sign-in?to=${encodeURIComponent(`${door}/quote`)}`
    ])
    await anna.open(`${door}/sign-in`)
    await anna.send(anna.page('main form button').first().text().trim(), {
      email: customers.anna.email,
      password: demoPassword
    })
    expect(navigation()[0]).to.equal('Angebote')
    expect(navigation()).not.to.include('Preisliste')
    expect(stylesheetOf(anna)).to.match(/^\/portal\/thermovia\//)
    expect((await anna.peek(`${partners}/contact`)).status, 'the first one, side by side').to.equal(200)
  })
})
