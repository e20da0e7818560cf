/** What stands in the tables and in the mails of the world under attack. */
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Knex } from 'knex'
import type { World } from './world.js'

type Row = Readonly<Record<string, string | number | null>>

/** The one row of the table with these values. */
export async function rowIn(db: Knex, table: string, where: Row): Promise<Row> {
  const rows = await db<Row>(table).where(where).limit(2)
  expect(rows, `one row of ${table}`).to.have.length(1)
  return rows[0] as Row
}

export async function idIn(db: Knex, table: string, where: Row): Promise<string> {
  return String((await rowIn(db, table, where))['id'])
}

interface KeptMail {
  readonly id: string
  readonly text: string
  readonly html: string
  readonly subject: string
}

/** The newest mail to this address with such a link; it may be written a moment after the page that announced it. */
export async function newestMail({ db }: World, address: string, purpose: 'invitation' | 'reset'): Promise<KeptMail> {
  for (let n = 0; n < 100; n++) {
    const mail = await db<KeptMail & { to_address: string }>('portico_mail')
      .first('id', 'text', 'html', 'subject')
      .where({ to_address: address })
      .orderBy('id', 'desc')
    if (mail?.text.includes(`/${purpose}/`)) return mail
    await pause(30)
  }
  return expect.fail(`no ${purpose} for ${address}`)
}

/** The path of the newest one-time link that was mailed to somebody. */
export async function linkTo(world: World, address: string, purpose: 'invitation' | 'reset'): Promise<string> {
  const { text } = await newestMail(world, address, purpose)
  return new URL(new RegExp(`https?://\\S+/${purpose}/\\S+`).exec(text)![0]).pathname
}

/** The portal user that a contact is in the demo's portal. */
export async function accessOf({ db }: World, contact: string): Promise<string> {
  return idIn(db, 'portico_portal_users', { record_id: contact, portal_id: await portalOf(db, 'thermovia') })
}

export async function portalOf(db: Knex, slug: string): Promise<string> {
  return idIn(db, 'portico_portals', { slug })
}
