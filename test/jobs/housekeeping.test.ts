import { expect } from 'chai'
import type { Knex } from 'knex'
import { momentAt } from '../../src/db/moment.js'
import { migrate } from '../../src/db/migrate.js'
import { keepHouse } from '../../src/jobs/housekeeping.js'
import { eachDatabase } from '../support/databases.js'

const day = 24 * 60 * 60 * 1000
const now = Date.parse('2026-03-01T12:00:00Z')

eachDatabase((open) => {
  describe('housekeeping', () => {
    let db: Knex

    beforeEach(async () => {
      db = (await open()).db
      await migrate(db)
    })

    it('takes links away when they have expired, used or not', async () => {
      await db('portico_links').insert([
        link('expired', { expires_at: momentAt(now) }),
        link('used', { expires_at: momentAt(now - 1000), used_at: momentAt(now - day) }),
        link('good', { expires_at: momentAt(now + 1000) })
      ])
      await keepHouse(db, now)
      expect(await left('portico_links', 'token_hash')).to.deep.equal(['good'])
    })

    it('takes sign-in codes away when they have expired', async () => {
      const code = (audience: string, at: number) => ({
        identity_id: 'anna',
        audience,
        code_hash: 'x',
        tries: 0,
        expires_at: momentAt(at)
      })
      await db('portico_sign_in_codes').insert([code('expired', now), code('good', now + 1000)])
      await keepHouse(db, now)
      expect(await left('portico_sign_in_codes', 'audience')).to.deep.equal(['good'])
    })

    it('forgets attempts that no longer count', async () => {
      await db('portico_attempts').insert([
        { key: 'old', points: 11, expire: now },
        { key: 'counts', points: 2, expire: now + 1000 },
        { key: 'for ever', points: 1, expire: null }
      ])
      await keepHouse(db, now)
      expect(await left('portico_attempts', 'key')).to.deep.equal(['counts', 'for ever'])
    })

    it('gives a portal’s old address free when it no longer leads anywhere', async () => {
      await db('portico_portal_addresses').insert([
        { slug: 'over', portal_id: 'p', until: momentAt(now) },
        { slug: 'redirects', portal_id: 'p', until: momentAt(now + 1000) }
      ])
      await keepHouse(db, now)
      expect(await left('portico_portal_addresses', 'slug')).to.deep.equal(['redirects'])
    })

    it('Z13 takes previews away a day after their time is over', async () => {
      await db('portico_previews').insert([
        preview('long over', { until: momentAt(now - day) }),
        preview('says so', { until: momentAt(now - day + 1000) })
      ])
      await keepHouse(db, now)
      expect(await left('portico_previews', 'id')).to.deep.equal(['says so'])
    })

    it('drops mails 30 days old, but none that waits', async () => {
      const old = momentAt(now - 30 * day)
      await db('portico_mail').insert([
        mail('sent', { state: 'sent', created_at: old }),
        mail('failed', { state: 'failed', created_at: old }),
        mail('withdrawn', { state: 'withdrawn', created_at: old }),
        mail('waiting', { state: 'waiting', created_at: old }),
        mail('sent lately', { state: 'sent', created_at: momentAt(now - 30 * day + 1000) })
      ])
      await keepHouse(db, now)
      expect(await left('portico_mail', 'id')).to.deep.equal(['sent lately', 'waiting'])
    })

    it('Z27 keeps what portal users did for a year, and notifications that could not be made for two weeks', async () => {
      const about = { portal_user_id: 'u', module: 'Case', record_id: 'c' }
      const doing = (id: string, at: number) => ({ ...about, id, kind: 'noted', name: 'Anna', at: momentAt(at) })
      const waiting = (id: string, at: number) => {
        const times = { created_at: momentAt(at), due_at: momentAt(at) }
        return { ...about, id, kind: 'answered', state: 'waiting', ...times }
      }
      await db('portico_doings').insert([doing('old', now - 365 * day), doing('young', now - 364 * day)])
      await db('portico_notifications').insert([waiting('old', now - 14 * day), waiting('young', now - 13 * day)])
      await keepHouse(db, now)
      expect(await left('portico_doings', 'id')).to.deep.equal(['young'])
      expect(await left('portico_notifications', 'id')).to.deep.equal(['young'])
    })

    async function left(table: string, key: string): Promise<string[]> {
      return db(table).orderBy(key).pluck(key)
    }
  })
})

function link(token: string, times: { expires_at: string; used_at?: string }) {
  const whose = { identity_id: 'i', audience: 'portal:p', purpose: 'invitation' }
  return { token_hash: token, ...whose, issued_at: momentAt(now - 8 * day), used_at: null, ...times }
}

function preview(id: string, times: { until: string }) {
  const whose = { staff_id: 'irena', portal_id: 'p', user_type_id: 't', module: 'Contact', record_id: 'anna' }
  return { id, ...whose, started_at: momentAt(now - 2 * day), ...times }
}

function mail(id: string, state: { state: string; created_at: string }) {
  const words = { about: 'portal-user:u', to_name: 'Anna', to_address: 'anna@nordwind.example', subject: 'Hello' }
  return { id, ...words, text: '', html: '', next_at: state.created_at, ...state }
}
