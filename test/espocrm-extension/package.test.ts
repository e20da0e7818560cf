/** The package that EspoCRM's Administration > Extensions takes: what is in it, and that a build can be repeated. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { expect } from 'chai'
import { packageFiles, writePackage, type PackageFiles } from '../../scripts/build-espocrm.js'
import { protocol, serviceUserName } from '../../src/host/espocrm/espo.js'

const files = packageFiles()
const plugin = JSON.parse(readFileSync('plugin.json', 'utf8')) as { version: string; hosts: { espocrm: string } }
const module = 'files/custom/Espo/Modules/Portico'
const moduleFile = `${module}/Resources/module.json`

describe('the package for EspoCRM', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'portico-'))))
  after(() => rmSync(folder, { recursive: true }))

  const zipOf = async (name: string, content: PackageFiles): Promise<Buffer> => {
    await writePackage(content, join(folder, name))
    return readFileSync(join(folder, name))
  }

  it('holds every source file as it is, in the order of the paths', async () => {
    const entries = entriesOf(await zipOf('entries.zip', files))
    expect(entries).to.deep.equal([...files])
    expect([...files.keys()]).to.deep.equal([...files.keys()].sort())
  })

  it('has the layout EspoCRM asks for and nothing beside it', () => {
    expect([...files.keys()]).to.include.members(['LICENSE', 'manifest.json', 'scripts/AfterInstall.php', moduleFile])
    for (const path of files.keys())
      expect(path).to.match(
        /^(LICENSE|README\.md|manifest\.json|scripts\/\w+\.php|files\/custom\/Espo\/Modules\/Portico\/.+\.(php|json)|files\/client\/custom\/modules\/portico\/src\/.+\.js)$/
      )
  })

  it('is the same, byte by byte, whenever it is built, and another one when a file is', async () => {
    const once = await zipOf('once.zip', files)
    const again = await zipOf('again.zip', packageFiles())
    const changed = await zipOf('changed.zip', new Map([...files, ['README.md', Buffer.from('another')]]))
    expect(once.equals(again)).to.be.true
    expect(once.equals(changed)).to.be.false
  })

  it('says the version of package.json and plugin.json, in the manifest and to the service', () => {
    expect(json('manifest.json')).to.deep.include({
      version: plugin.version,
      acceptableVersions: [plugin.hosts.espocrm]
    })
    expect(json(moduleFile)).to.include({ version: plugin.version })
  })

  it('speaks the protocol the service speaks, and knows it by the same user name', () => {
    expect(text(`${module}/Stamp.php`)).to.include(`const PROTOCOL = ${protocol};`)
    expect(text(`${module}/Caller.php`)).to.include(`const SERVICE_USER_NAME = '${serviceUserName}';`)
  })
})

function text(path: string): string {
  return files.get(path)!.toString()
}

function json(path: string): unknown {
  return JSON.parse(text(path))
}

/** Paths and contents as a reader of zip files finds them: by the directory at the end. */
function entriesOf(zip: Buffer): [string, Buffer][] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const entries: [string, Buffer][] = []
  for (let at = zip.readUInt32LE(end + 16); entries.length < zip.readUInt16LE(end + 10);) {
    const nameEnd = at + 46 + zip.readUInt16LE(at + 28)
    entries.push([zip.toString('utf8', at + 46, nameEnd), contentOf(zip, at)])
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return entries
}

/** `at` is where the entry begins in the directory. */
function contentOf(zip: Buffer, at: number): Buffer {
  const local = zip.readUInt32LE(at + 42)
  const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const bytes = zip.subarray(from, from + zip.readUInt32LE(at + 20))
  return zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : Buffer.from(bytes)
}
