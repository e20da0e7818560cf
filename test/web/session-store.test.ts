import { promisify } from 'node:util'
import { expect } from 'chai'
import { migrate } from '../../src/db/migrate.js'
import { SessionStore } from '../../src/web/session-store.js'
import { eachDatabase } from '../support/databases.js'

eachDatabase((open) => {
  describe('a store of sessions', () => {
    it('says that its table is not there (yet), and has no sessions until it is', async () => {
      const { db } = await open()
      const failures: unknown[] = []
      const store = new SessionStore({ db, table: 'portico_sessions', onFailure: (error) => failures.push(error) })
      await store.ready.catch(() => undefined)
      expect(String(failures[0])).to.include('portico_sessions')
      expect(await store.read('anything').catch(() => 'refused')).to.equal('refused')
    })

    it('says nothing where it is', async () => {
      const { db } = await open()
      await migrate(db)
      const failures: unknown[] = []
      const store = new SessionStore({ db, table: 'portico_sessions', onFailure: (error) => failures.push(error) })
      const data = { cookie: { originalMaxAge: 60_000 } } as never
      await promisify((done: (error?: unknown) => void) => store.set('anything', data, done))()
      expect(await store.read('anything')).to.deep.include({ cookie: { originalMaxAge: 60_000 } })
      expect(failures).to.deep.equal([])
    })
  })
})
