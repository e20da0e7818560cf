/** A file that is on its way to somebody who loses his access, or the record, stops there (A24, A28). */
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { deactivate } from '../../src/portal/people/access-changes.js'
import { portalUserByAddress } from '../../src/portal/people/portal-users.js'
import { customers } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { customerAt, door, thePortal } from './people.js'
import { staffNamed } from './access-form-world.js'

const chunks = 12
const halfWay = 4

onSqlite('an open download', (open) => {
  let test: TestApp
  let bjorn: Visitor

  beforeEach(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    bjorn = await customerAt(test, 'bjorn')
  })

  afterEach(() => test.close())

  /** The address of a file on a note of his. */
  const fileOf = async (visitor: Visitor, record: string): Promise<string> => {
    await visitor.open(record)
    const file = { field: 'files', name: 'flange.txt', content: 'x'.repeat(chunks * 1000), type: 'text/plain' }
    await visitor.send('Write note', { text: 'A picture.' }, [file])
    return visitor.is(200).page('ul.files a').last().attr('href')!
  }

  /** How many bytes of a slow file arrive when `meanwhile` happens half way; undefined: the connection broke off. */
  const arrives = async (url: string, meanwhile: () => Promise<unknown>): Promise<number | undefined> => {
    const slow = async function* (): AsyncIterable<Buffer> {
      for (let n = 0; n < chunks; n++) {
        if (n === halfWay) await meanwhile()
        yield Buffer.alloc(1000, 'x')
        await pause(70)
      }
    }
    const files = { ...test.embedded.host.files, read: async () => Readable.from(slow()) }
    return whileHost(test, { files }, async () => {
      const got = await bjorn.download(url).catch(() => undefined)
      return got?.content.length
    })
  }

  it('T10 A28 comes to its end while nothing changes, and breaks off when its reader is deactivated', async () => {
    const url = await fileOf(bjorn, `${door}/case/bjorns-case`)
    expect(await arrives(url, async () => undefined)).to.equal(chunks * 1000)
    const portal = await thePortal(test)
    const { id } = (await portalUserByAddress(test.embedded.db, portal.id, customers.bjorn.email))!
    const frank = await staffNamed(test, 'frank')
    expect(await arrives(url, () => deactivate(test.embedded.portico.context, id, frank))).to.equal(undefined)
  })

  it('A24 A28 breaks off when the record is taken from him', async () => {
    const url = await fileOf(bjorn, `${door}/case/bjorns-case`)
    const { host } = test.embedded
    expect(await arrives(url, () => host.remove('Case', 'bjorns-case', { kind: 'system' }))).to.equal(undefined)
    expect((await bjorn.peek(url)).status).to.equal(404)
  })
})
