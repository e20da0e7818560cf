/** What a portal must withstand, over HTTP. Each refusal has its twin that is allowed, and a refused attack leaves no trace in the database. */
import { eachDatabase } from '../support/databases.js'
import { fields } from './fields.js'
import { files } from './files.js'
import { guests } from './guests.js'
import { identity } from './identity.js'
import { lifeCycle } from './life-cycle.js'
import { objects } from './objects.js'
import { transport } from './transport.js'
import { openWorld, type World } from './world.js'

eachDatabase((open) => {
  describe('a portal under attack', function () {
    this.timeout(60_000)
    let world: World

    before(async () => (world = await openWorld(open)))
    after(() => world.close())

    objects(() => world)
    fields(() => world)
    files(() => world)
    guests(() => world)
    lifeCycle(() => world)
    identity(() => world)
    transport(() => world)
  })
})
