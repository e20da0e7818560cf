import { expect } from 'chai'
import { HostRefused, HostSilent, HostUnavailable, type Files } from '../../src/host/host.js'
import { withReceived } from '../../src/web/uploads.js'

describe('files that were just received', () => {
  const removed: string[] = []
  const files: Files = {
    write: () => Promise.reject(new Error('These tests write none.')),
    read: () => Promise.reject(new Error('These tests read none.')),
    remove: async (id) => void removed.push(id)
  }
  const received = [{ id: 'one' }, { id: 'two' }]
  const written = (write: () => Promise<string>): Promise<unknown> =>
    withReceived({ files }, received, write).catch((error: unknown) => error)

  beforeEach(() => void removed.splice(0))

  it('stay when the write is done, and when nobody knows whether it was', async () => {
    expect(await written(async () => 'id')).to.equal('id')
    const silent = new HostSilent('the line broke')
    expect(await written(() => Promise.reject(silent))).to.equal(silent)
    expect(removed).to.deep.equal([])
  })

  it('A15 are removed when it was refused or could not be done, and the reason goes on', async () => {
    for (const error of [new HostRefused({ file: { key: 'errors.field.reference' } }), new HostUnavailable('down')]) {
      expect(await written(() => Promise.reject(error))).to.equal(error)
      expect(removed.splice(0)).to.deep.equal(['one', 'two'])
    }
  })
})
