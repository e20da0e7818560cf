import { onSqlite } from '../support/databases.js'
import { nameOf, openHouse, ways, type House } from './house.js'
import { forgetPassword, staysAt, walkThrough } from './walk.js'

onSqlite('portals behind real web servers', (open) => {
  let house: House
  before(async function () {
    this.timeout(60_000)
    house = await openHouse(open)
  })
  after(() => house?.close())

  for (const way of ways) {
    it(`E06 ${nameOf(way)}`, async () => {
      const { a } = await house.move(way)
      const walk = { test: house.test, anna: house.visitor(way), address: a }
      await walkThrough(walk)
      await forgetPassword(walk)
      staysAt(walk.anna, a)
      walk.anna.close()
    })
  }
})
