import { onSqlite } from '../support/databases.js'
import { openApp, type TestApp } from '../support/app.js'
import { demoPassword } from '../../demo/cast.js'

onSqlite('tryout', (open) => {
  let test: TestApp
  before(async function () { this.timeout(60000); test = await openApp(open, { config: { logLevel: 'error' } }) })
  after(() => test.close())
  it('works', async () => {
    const anna = test.visitor()
    await anna.open('/portal')
    console.log(anna.path, anna.response.status, anna.text.slice(0, 300))
    await anna.send('Sign in', { email: 'anna@nordwind.example', password: demoPassword })
    console.log(anna.path, anna.response.status, anna.text.slice(0, 600))
    for (const p of ['/portal/thermovia/case', '/portal/thermovia/case/annas-heating-case', '/portal/thermovia/case/bjorns-case', '/portal/thermovia/quote', '/portal/thermovia/contact/anna', '/portal/thermovia/case/new','/portal/thermovia/case/annas-heating-case/clone', '/portal/thermovia/contact/anna/edit','/portal/thermovia/product']) {
      await anna.open(p)
      console.log('\n##', p, anna.path, anna.response.status, anna.response.text.length, anna.text.slice(0, 900))
    }
  })
})
