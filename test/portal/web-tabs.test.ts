import { expect } from 'chai'
import { sandboxOf } from '../../src/portal/pages/web-tab-page.js'
import { normalUrl, putWebTabs, webTabs, type WebTab } from '../../src/portal/portals/web-tabs.js'
import { saveReleases } from '../../src/portal/user-types/releases.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, masked, staffAt, theUserType } from './people.js'

describe('the address of a web tab', () => {
  it('Z09 is that of a public page by https, written in one way', () => {
    expect(normalUrl('https://WWW.Example.com')).to.equal('https://www.example.com/')
    expect(normalUrl('https://www.example.com:443/a/../b?c=d#e')).to.equal('https://www.example.com/b?c=d#e')
    expect(normalUrl('https://www.example.com:8443/')).to.equal('https://www.example.com:8443/')
    expect(normalUrl('https://bücher.example/')).to.equal('https://xn--bcher-kva.example/')
  })

  for (const [what, addresses] of [
    [
      'another scheme',
      ['http://www.example.com/', 'javascript:alert(1)', 'data:text/html,x', 'ftp://example.com/', '//example.com']
    ],
    [
      'a user name or a password',
      ['https://anna@example.com/', 'https://anna:secret@example.com/', 'https://:x@example.com/']
    ],
    [
      'this machine or a number (A43)',
      [
        'https://localhost/',
        'https://a.localhost/',
        'https://127.0.0.1/',
        'https://0x7f.1/',
        'https://2130706433/',
        'https://[::1]/',
        'https://10.0.0.1./',
        'https://intranet/'
      ]
    ],
    [
      'what a policy would read as more than a host',
      ['https://*.example.com/', 'https://a;b.example.com/', 'https://a,b.example.com/', "https://'self'.example.com/"]
    ],
    [
      'what is hidden in it',
      [
        'https://www.example.com/\n',
        'https://exa\tmple.com/',
        'https:\\\\www.example.com',
        'https://www.example.com/a b',
        `https://www.example.com/${'x'.repeat(2000)}`
      ]
    ]
  ] as const)
    it(`Z09 is none with ${what}`, () => {
      for (const address of addresses) expect(normalUrl(address), address).to.equal(undefined)
    })

  it('Z09 its frame keeps its own storage elsewhere, and never on a host of ours; it never leads our page away', () => {
    const elsewhere = sandboxOf('www.example.com', ['portal.example.com'])
    expect(elsewhere).to.have.members(['allow-scripts', 'allow-forms', 'allow-popups', 'allow-same-origin'])
    expect(sandboxOf('portal.example.com', ['portal.example.com'])).not.to.include('allow-same-origin')
  })
})

onSqlite('web tabs', (open) => {
  let test: TestApp
  let irena: Visitor
  let anna: Visitor
  let typeId: string

  before(async () => {
    test = await openApp(open)
    irena = await staffAt(test, 'irena')
    anna = await customerAt(test, 'anna')
    typeId = (await theUserType(test)).id
  })
  after(() => test.close())

  const all = async (): Promise<WebTab[]> => [...(await webTabs(test.embedded.db)).values()]
  const called = async (name: string): Promise<WebTab> => (await all()).find((tab) => tab.name === name)!
  const make = async (name: string, url: string, userTypeIds: readonly string[]): Promise<WebTab> => {
    await irena.open(`${admin}/web-tabs/new`)
    await irena.send('Create web tab', { name, url, userTypeIds })
    irena.is(200)
    return called(name)
  }
  const policyOf = async (path: string): Promise<string> =>
    String((await anna.peek(path)).headers['content-security-policy'])

  it('Z09 an administrator makes one, and people of the user types that have it find it in the navigation', async () => {
    const status = await make('Status', 'https://status.example.com/board?x=1', [typeId])
    irena.sees('Status', 'https://status.example.com/board?x=1', 'Thermovia Service – Client Portal')
    await anna.open(`${door}/case`)
    await anna.follow('Status')
    anna.is(200).sees('A page of status.example.com')
    expect(anna.path).to.equal(`${door}/web/${status.id}`)
    expect(anna.page('.nav [aria-current]').text().trim()).to.equal('Status')
    const frame = anna.page('iframe')
    expect(frame.attr('src')).to.equal('https://status.example.com/board?x=1')
    expect(frame.attr('title')).to.equal('Status')
    expect(frame.attr('referrerpolicy')).to.equal('no-referrer')
    expect(frame.attr('sandbox')).to.equal('allow-scripts allow-forms allow-popups allow-same-origin')
    const link = anna.page('main a[target=_blank]')
    expect([link.attr('href'), link.attr('rel')]).to.deep.equal([
      'https://status.example.com/board?x=1',
      'noopener noreferrer'
    ])
  })

  it('Z09 its origin joins the policy of its own page, and nothing else does', async () => {
    const help = await make('Help', 'https://help.example.com:8443/a', [typeId])
    const usual = await policyOf(`${door}/case`)
    expect(usual).not.to.include('frame-src').and.not.to.include('example.com')
    expect(await policyOf(`${door}/web/${help.id}`)).to.equal(`${usual};frame-src https://help.example.com:8443`)
  })

  it('Z09 for others it is not there: the answer is that of a web tab that does not exist', async () => {
    const hidden = await make('Hidden', 'https://hidden.example.com/', [])
    const nothing = await anna.peek(`${door}/web/nothing-like-that`)
    const refused = await anna.peek(`${door}/web/${hidden.id}`)
    expect([refused.status, masked(refused.text)]).to.deep.equal([404, masked(nothing.text)])
    await anna.open(`${door}/profile`)
    anna.doesNotSee('Hidden')
    expect((await test.visitor().peek(`${door}/web/${hidden.id}`)).status, 'nobody signed in').to.equal(303)
  })

  it('Z09 it changes, is taken from a type and given back, and the type’s own list of changes says so', async () => {
    const { id } = await make('News', 'https://news.example.com/', [typeId])
    await irena.open(`${admin}/web-tabs/${id}`)
    await irena.send('Save', { url: 'https://News.example.com/today', userTypeIds: [] })
    irena.is(200).sees('Web tab changed by Irena Malá', 'https://news.example.com/ → https://news.example.com/today')
    expect((await anna.peek(`${door}/web/${id}`)).status).to.equal(404)
    await irena.send('Save', { userTypeIds: [typeId] })
    expect((await anna.peek(`${door}/web/${id}`)).status).to.equal(200)
    const entries = await test.embedded.portico.context.audit.list({ subject: `user-type:${typeId}`, limit: 2 })
    expect(entries.map(({ action, before, after }) => [action, before, after])).to.deep.equal([
      ['user-type.web-tabs-changed', undefined, { webTab: 'News' }],
      ['user-type.web-tabs-changed', { webTab: 'News' }, undefined]
    ])
  })

  it('Z09 an address that is none is refused beside its field, and what was typed stays', async () => {
    const before = (await all()).length
    await irena.open(`${admin}/web-tabs/new`)
    await irena.send('Create web tab', { name: 'Inside', url: 'https://192.168.1.1/', userTypeIds: [typeId] })
    irena.is(422)
    expect(irena.page('#field-url-error').text()).to.include('Please give the full address of a public web page')
    expect(irena.page('#field-url').attr('value')).to.equal('https://192.168.1.1/')
    expect(irena.page(`input[value="${typeId}"]`).is('[checked]')).to.equal(true)
    expect((await all()).length).to.equal(before)
  })

  it('Z09 it is removed from wherever it is; the page said where', async () => {
    const gone = await make('Gone soon', 'https://gone.example.com/', [typeId])
    await irena.open(`${admin}/web-tabs/${gone.id}`)
    irena.sees('It disappears for the people of these user types', 'Thermovia Service – Client Portal')
    await irena.send('Remove the web tab')
    irena.is(200).sees('Web tab removed by Irena Malá')
    expect((await theUserType(test)).webTabIds).not.to.include(gone.id)
    expect((await anna.peek(`${door}/web/${gone.id}`)).status).to.equal(404)
    expect((await irena.peek(`${admin}/web-tabs/${gone.id}`)).status).to.equal(404)
  })

  it('Z09 a user type is given several at once; what is none is left out, and who comes second is told', async () => {
    const [first, second] = [
      await make('One', 'https://one.example.com/', []),
      await make('Two', 'https://two.example.com/', [])
    ]
    const { context } = test.embedded.portico
    const staff = (await test.embedded.host.staffById('irena'))!
    const userType = await theUserType(test)
    const give = (...ids: string[]): Promise<void> =>
      saveReleases(
        context,
        { id: userType.id, revision: userType.revision },
        { drafts: [], removed: [], also: (trx) => putWebTabs(trx, userType, ids) },
        staff
      )
    await give(first.id, second.id, 'none')
    expect((await theUserType(test)).webTabIds).to.have.members([first.id, second.id])
    const tooLate = await give().catch((error: unknown) => error)
    expect(tooLate).to.have.property('status', 409)
    expect((await theUserType(test)).webTabIds).to.have.length(2)
  })

  it('A28 the second of two who change it is told, and what he typed is still there', async () => {
    const { id } = await make('Shared', 'https://shared.example.com/', [typeId])
    const frank = await (await staffAt(test, 'frank')).open(`${admin}/web-tabs/${id}`)
    await irena.open(`${admin}/web-tabs/${id}`)
    await irena.send('Save', { name: 'Irena’s' })
    await frank.send('Save', { name: 'Frank’s', userTypeIds: [] })
    frank.is(409)
    expect(frank.page('#field-name').attr('value')).to.equal('Frank’s')
    expect(frank.page(`input[value="${typeId}"]`).is('[checked]'), 'what he unticked').to.equal(false)
    expect((await called('Irena’s')).id).to.equal(id)
  })
})
