/** The catalog of a running EspoCRM, custom modules and fields included: every column it names is there, every field and link can be read. */
import { expect } from 'chai'
import type { Catalog } from '../../src/host/catalog.js'
import { placesOf } from '../espocrm-adapter/catalog-places.js'
import { farEnds, readField } from '../host-contract/read-back.js'
import { onEspocrm } from './live.js'
import { openInstallation, type Installation } from './service.js'

onEspocrm("EspoCRM's catalog", (live) => {
  let installation: Installation
  let catalog: Catalog

  before(async () => {
    installation = await openInstallation(live())
    await installation.definitions.refresh()
    catalog = await installation.host.catalog('en')
  })

  after(() => installation?.close())

  it('names only tables and columns that are there', async () => {
    const places = placesOf(catalog)
    const columns = new Map<string, string[]>()
    for (const table of new Set(places.map((place) => place.table)))
      columns.set(table, Object.keys(await installation.db(table).columnInfo()))
    expect(places.filter(({ table, column }) => !columns.get(table)?.includes(column))).to.deep.equal([])
  })

  it('lets every field and every link be read', async () => {
    for (const { name, fields, links } of catalog.modules.values()) {
      for (const field of fields.keys()) await readField(installation.host, name, 'nobody', field)
      for (const link of links.keys())
        expect(await farEnds(installation.host, name, 'nobody', link), `${name}.${link}`).to.deep.equal([])
    }
  })

  it('keeps its stamp while nothing changes', async () => {
    await installation.definitions.refresh()
    expect((await installation.host.catalog('en')).stamp).to.equal(catalog.stamp)
  })
})
