import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkClamd } from '../../src/cli/common-checks.js'
import { clamdVersion, createVirusScan, ScanFailed } from '../../src/web/virus-scan.js'
import { answering, eicar, openClamd, type FakeClamd } from '../support/clamd.js'

const impatient = { idle: 150, whole: 400 }

describe('the virus scan', () => {
  let folder: string
  let clamd: FakeClamd

  before(() => void (folder = mkdtempSync(join(tmpdir(), 'portico-scan-'))))
  afterEach(() => clamd.close())
  after(() => rmSync(folder, { recursive: true, force: true }))

  const fileWith = (content: string | Buffer): string => {
    const path = join(folder, 'file')
    writeFileSync(path, content)
    return path
  }

  const verdictOn = (content: string | Buffer): Promise<string | undefined> =>
    createVirusScan(clamd.address, impatient).virusIn(fileWith(content))

  for (const [where, at] of [
    ['a port', () => '127.0.0.1:0'],
    ['a socket', () => join(folder, 'clamd.sock')]
  ] as const) {
    it(`Z28 hears of a virus over ${where}, and of a clean file that there is none`, async () => {
      clamd = await openClamd(answering, at())
      expect(await verdictOn(`begin ${eicar} end`)).to.equal('Eicar-Signature')
      expect(await verdictOn('')).to.equal(undefined)
      const large = Buffer.alloc(300_000, 'clean ')
      expect(await verdictOn(large)).to.equal(undefined)
      expect(clamd.streams.at(-1)?.equals(large)).to.equal(true)
    })
  }

  for (const [what, behave] of [
    ['never answers', () => undefined],
    ['hangs up without a word', (socket) => socket.destroy()],
    ['hangs up in the middle of a word', (socket) => socket.end('stream: O')],
    ['takes no file as large as this', (socket) => socket.end('INSTREAM size limit exceeded. ERROR\0')],
    ['says what we do not know', (socket) => socket.end('stream: maybe OK\0')],
    ['says something else before', (socket) => socket.end('stream: Eicar FOUND but never mind, stream: OK\0')]
  ] as const satisfies readonly (readonly [string, (socket: Socket) => unknown])[]) {
    it(`Z28 A19 gives no verdict when clamd ${what}`, async () => {
      clamd = await openClamd((socket) => void behave(socket))
      const failed = await verdictOn('some text').catch((error: unknown) => error)
      expect(failed).to.be.instanceOf(ScanFailed)
    })
  }

  it('Z28 A19 gives no verdict when clamd stops reading a large file', async () => {
    clamd = await openClamd((socket) => void socket.pause())
    const failed = await verdictOn(Buffer.alloc(20_000_000)).catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(ScanFailed)
  })

  it('Z28 gives no verdict where nobody listens; the doctor says so, and what clamd says of itself otherwise', async () => {
    clamd = await openClamd(answering)
    expect(await clamdVersion(clamd.address)).to.equal('ClamAV 1.4.1/27500')
    expect(await checkClamd({ clamd: clamd.address })).to.not.have.property('remedy')
    const free = await freePort()
    const failed = await createVirusScan(free)
      .virusIn(fileWith('x'))
      .catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(ScanFailed)
    expect((await checkClamd({ clamd: free })).remedy).to.include('PORTICO_CLAMD')
    expect((await checkClamd({ clamd: undefined })).remedy).to.equal(undefined)
  })
})

async function freePort(): Promise<string> {
  const server: Server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `127.0.0.1:${port}`
}
