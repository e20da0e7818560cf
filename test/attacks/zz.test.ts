import { onSqlite } from '../support/databases.js'
import { openWorld, demo } from './world.js'
onSqlite('dbg', (open) => {
  it('x', async function () { this.timeout(60000)
    const w = await openWorld(open)
    for (const v of ['', '/edit', '/clone', '/removal', '/related/account', '/notes/none/edit', '/files/none']) for (const id of ['no-such-record','bjorns-case']) {
      const t = Date.now(); const r = await Promise.race([w.anna.get(`${demo}/case/${id}${v}`), new Promise((r) => setTimeout(() => r({status:'HANG'}), 4000))]) as any
      console.log(id, v, r.status, Date.now()-t)
    }
    await w.close()
  })
})
