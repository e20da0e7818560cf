import { expect } from 'chai'
import { demoPassword } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'

onSqlite('the language of a portal', (open) => {
  let test: TestApp

  before(async () => {
    test = await openApp(open)
  })

  after(() => test.close())

  it('is the person’s own, and at once another one when he chooses it: names of modules and fields, too', async () => {
    const anna = test.visitor()
    await anna.open('/portal/thermovia/sign-in')
    await anna.send('Sign in', { email: 'anna@nordwind.example', password: demoPassword })
    await anna.open('/portal/thermovia/case')
    anna.is(200).sees('Betreff', 'Priorität')
    expect(anna.page('html').attr('lang')).to.equal('de')
    await anna.send('English')
    anna.is(200).sees('Subject', 'Priority')
    anna.doesNotSee('Betreff')
    await anna.send('Čeština')
    anna.sees('Předmět').doesNotSee('Subject')
  })

  it('is the portal’s for strangers whose browser says nothing else we speak', async () => {
    const stranger = test.visitor('fr')
    await stranger.open('/portal/thermovia/sign-in')
    expect(stranger.page('html').attr('lang')).to.equal('en')
  })
})
