import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkMachine, checkNames, checkNode, checkSecret } from '../../src/cli/machine-checks.js'
import { readConfig, type Environment } from '../../src/config.js'
import type { Finding } from '../../src/host/finding.js'
import { temporaryFolder } from '../support/child-process.js'

describe('portico doctor on this machine', () => {
  let folder: string
  const servers: Server[] = []

  before(() => (folder = temporaryFolder('doctor')))
  after(() => servers.forEach((server) => server.close()))

  async function find(check: string, env: Environment = {}): Promise<Finding | undefined> {
    const whole = {
      NODE_ENV: 'test',
      DATABASE_URL: join(folder, 'x.sqlite'),
      PORTICO_FILES: join(folder, 'files'),
      PORTICO_LISTEN: '127.0.0.1:0',
      PORTICO_SECRET: 'Kq3vB8xYz1LmN0pRtW7uJ5hG2fD9sA4eC6bV',
      ...env
    }
    return (await checkMachine(readConfig(whole), whole)).find((one) => one.check === check)
  }

  async function answering(words: string): Promise<string> {
    const server = createServer((_req, res) => res.end(words)).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('finds nothing amiss where nothing is', async () => {
    for (const check of ['Node.js', 'Time zones', 'Secret', 'Folder of files', 'Where it listens'])
      expect((await find(check))?.remedy, check).to.equal(undefined)
    expect((await find('Folder of files'))?.found).to.match(/ GB are free$/)
  })

  it('names variables that nobody reads, and what was meant', () => {
    expect(checkNames({ PORTICO_SMPT_URL: 'x', PORTICO_LISTEN: 'x', PORTICO_CONFIG: 'x', PATH: 'x' })).to.deep.equal([
      {
        check: 'PORTICO_SMPT_URL',
        found: 'there is no such variable',
        remedy: 'It is of no effect. Is it PORTICO_SMTP_URL or PORTICO_SMS_URL?',
        isAdvice: true
      }
    ])
    expect(checkNames({ PORTICO_FROBNICATE: '1' })[0]?.remedy).to.equal('It is of no effect: take it out.')
  })

  it('knows a secret that is easy to guess from one that is not', () => {
    const weak = ['x'.repeat(64), 'abcabcabcabcabcabcabcabcabcabcabcabc', '0123456789012345678901234567890123']
    for (const secret of weak) expect(checkSecret(secret).remedy, secret).to.match(/openssl rand/)
    expect(checkSecret('8Qz0sVh3m1Y5kq9w2Lx7Tn4Rb6Pd8Fg0Jc').remedy).to.equal(undefined)
  })

  it('says which Node.js is too old', () => {
    expect(checkNode('18.20.4').remedy).to.equal('Install 20.19 or newer.')
    expect(checkNode('20.18.9').remedy).to.equal('Install 20.19 or newer.')
    for (const version of ['20.19.0', '22.1.0']) expect(checkNode(version).remedy, version).to.equal(undefined)
  })

  it('tells a port in use by Portico from one in use by something else', async () => {
    const ours = await answering('alive\n')
    expect(await find('Where it listens', { PORTICO_LISTEN: ours })).to.deep.equal({
      check: 'Where it listens',
      found: `Portico runs at ${ours} and is ready`
    })
    const theirs = await answering('It works!')
    const finding = await find('Where it listens', { PORTICO_LISTEN: theirs })
    expect(finding?.remedy).to.equal('Take another port in PORTICO_LISTEN.')
    expect((await find('Where it listens', { PORTICO_LISTEN: '192.0.2.1:3000' }))?.remedy).to.match(/^Name an address/)
  })

  it('advises to keep metrics from others, and leaves those of this machine alone', async () => {
    expect((await find('Metrics', { PORTICO_METRICS_LISTEN: '127.0.0.1:0' }))?.remedy).to.equal(undefined)
    expect((await find('Metrics', { PORTICO_METRICS_LISTEN: '0.0.0.0:0' }))?.isAdvice).to.equal(true)
    expect(await find('Metrics')).to.equal(undefined)
  })

  it('finds a folder of files that can’t be written, and a configuration that everybody can read', async () => {
    writeFileSync(join(folder, 'file'), '')
    expect((await find('Folder of files', { PORTICO_FILES: join(folder, 'file') }))?.remedy).to.match(/^Let the user/)
    const file = join(folder, 'portico.env')
    writeFileSync(file, '', { mode: 0o600 })
    expect((await find('Configuration', { PORTICO_CONFIG: file }))?.remedy).to.equal(undefined)
    chmodSync(file, 0o644)
    expect((await find('Configuration', { PORTICO_CONFIG: file }))?.remedy).to.include(`chmod 600 ${file}`)
  })

  it('asks each of several database servers', async () => {
    const finding = await find('Database server 127.0.0.1:2', {
      DATABASE_URL: 'mysql://x:secret@127.0.0.1:1,127.0.0.1:2/portico'
    })
    expect(finding?.found).to.include('ECONNREFUSED').and.not.include('secret')
    expect(finding?.remedy).to.equal('Start it, or take it out of DATABASE_URL.')
  })
})
