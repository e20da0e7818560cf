/**
 * `npm run build:espocrm`: brings the line counts in `hosts/espocrm/README.md` up to date and writes `dist/portico-espocrm-<version>.zip`,
 * the package for EspoCRM's Administration > Extensions. The same sources give the same bytes.
 */
import { createWriteStream, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { ZipFile } from 'yazl'

/** The content of the package's files by their path in it, in the order of their paths. */
export type PackageFiles = ReadonlyMap<string, Buffer>

const root = join(import.meta.dirname, '..')
const sources = join(root, 'hosts/espocrm')
const packed = ['LICENSE', 'README.md', 'manifest.json', 'files', 'scripts']
const moduleFile = 'files/custom/Espo/Modules/Portico/Resources/module.json'

/** Zip files know no time zone, so this moment is the same wherever the package is built. */
const mtime = new Date(2026, 0, 1)
const mode = 0o100644

export function packageFiles(): PackageFiles {
  return new Map(
    packed
      .flatMap(pathsUnder)
      .sort()
      .map((path) => [path, content(path)])
  )
}

export async function writePackage(files: PackageFiles, target: string): Promise<void> {
  const zip = new ZipFile()
  for (const [path, bytes] of files) zip.addBuffer(bytes, path, { mtime, mode, forceDosTimestamp: true })
  zip.end()
  await finished(zip.outputStream.pipe(createWriteStream(target)))
}

/** The README with the true number of lines in each row of its table of PHP files. */
export function withLineCounts(readme: string, files: PackageFiles): string {
  return readme.replace(/^(\| `([^`]+\.php)` +\| +)\d+( \|)/gm, (row, head: string, path: string, rest: string) => {
    const php = files.get(path)
    return php ? `${head.trimEnd()} ${String(linesOfCode(php.toString())).padStart(5)}${rest}` : row
  })
}

/** Lines of PHP that are neither blank nor a comment. */
function linesOfCode(php: string): number {
  const code = php.replace(/\/\*[\s\S]*?\*\//g, '').split('\n')
  return code.filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length
}

function pathsUnder(path: string): string[] {
  const full = join(sources, path)
  if (!statSync(full).isDirectory()) return [path]
  return readdirSync(full).flatMap((name) => pathsUnder(`${path}/${name}`))
}

/** Versions are written down once, in package.json and plugin.json. */
function content(path: string): Buffer {
  const bytes = readFileSync(join(sources, path))
  if (path === 'manifest.json') return withValues(bytes, { version: version(), acceptableVersions: [espoVersions()] })
  if (path === moduleFile) return withValues(bytes, { version: version() })
  return bytes
}

function withValues(bytes: Buffer, values: object): Buffer {
  return Buffer.from(`${JSON.stringify({ ...(JSON.parse(bytes.toString()) as object), ...values }, null, 2)}\n`)
}

function version(): string {
  return (json('package.json') as { version: string }).version
}

function espoVersions(): string {
  return (json('plugin.json') as { hosts: { espocrm: string } }).hosts.espocrm
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}

async function build(): Promise<void> {
  const readme = join(sources, 'README.md')
  writeFileSync(readme, withLineCounts(readFileSync(readme, 'utf8'), packageFiles()))
  const target = join(root, `dist/portico-espocrm-${version()}.zip`)
  mkdirSync(join(root, 'dist'), { recursive: true })
  await writePackage(packageFiles(), target)
  console.log(target)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build()
