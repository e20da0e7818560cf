import { expect } from 'chai'
import { pino } from 'pino'
import { demoPassword } from '../../demo/cast.js'
import type { Manifest } from '../../src/hooks.js'
import { readManifest } from '../../src/plugin-manifest.js'
import { createPortico } from '../../src/portico.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'

const words = { en: 'Stranger', de: 'Fremdes', cs: 'Cizí' }
const entry = new URL('./stranger.ts', import.meta.url).href

function manifestWith(hooks: Manifest['hooks']): Manifest {
  const ours = readManifest()
  return { ...ours, modules: [...ours.modules, { id: 'stranger', entry, hooks, label: words, help: words }] }
}

onSqlite('a module by somebody else', (open) => {
  let test: TestApp
  let irena: Visitor

  before(async () => {
    test = await openApp(open, {
      world: 'people',
      manifest: manifestWith(['routes', 'admin.menu', 'record.actions', 'record.scope'])
    })
    irena = test.visitor()
    await irena.open('/crm/sign-in')
    await irena.send('English')
    await irena.open('/crm/sign-in')
    await irena.send('Sign in', { userName: 'irena', password: demoPassword })
  })

  after(() => test.close())

  it('stands in the settings beside ours, and off it is not there', async () => {
    await irena.open('/crm/settings')
    irena.is(200).sees('Customer portals', 'Stranger')
    ;(await irena.open('/stranger')).is(404)
    await irena.open('/crm/Contact/anna')
    irena.doesNotSee('Greet Contact')
  })

  it('brings its pages, its menu entry, its button and its narrowing when it is switched on, and takes them away again', async () => {
    const vendor = await test.embedded.db<{ id: string }>('crm_vendor').first('id')
    await irena.open('/crm/settings')
    await irena.send('Save', { 'switch.stranger': 'true' })
    irena.sees('Somebody else’s')
    ;(await irena.open('/stranger')).is(200)
    expect(irena.response.text).to.equal('hello from a stranger')
    await irena.open('/crm/Contact/anna')
    irena.sees('Greet Contact')
    ;(await irena.open(`/crm/Vendor/${vendor!.id}`)).is(404)
    await irena.open('/crm/settings')
    await irena.send('Save', { 'switch.stranger': [] })
    ;(await irena.open('/stranger')).is(404)
    ;(await irena.open(`/crm/Vendor/${vendor!.id}`)).is(200)
  })

  it('is refused at start when it uses a hook that its entry does not declare', async () => {
    const { config, host } = test.embedded
    const start = createPortico({ config, host, log: pino({ level: 'silent' }), manifest: manifestWith(['routes']) })
    const refusal: unknown = await start.catch((error: unknown) => error)
    expect(String(refusal)).to.match(/does not declare the hook admin\.menu for the module stranger/)
  })

  it('is refused at start when its file does not export it', async () => {
    const { config, host } = test.embedded
    const manifest = manifestWith(['routes'])
    const renamed = { ...manifest, modules: manifest.modules.map((one) => ({ ...one, id: `${one.id}-x` })) }
    const refusal: unknown = await createPortico({
      config,
      host,
      log: pino({ level: 'silent' }),
      manifest: renamed
    }).catch((error: unknown) => error)
    expect(String(refusal)).to.match(/does not export the module/)
  })
})
