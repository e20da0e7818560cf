/**
 * Writes `views/icons/<name>.ejs`, the inner markup of every icon that views and sources name and of the common ones below.
 * The drawings are Lucide's (ISC; some are Feather's, MIT): their licences stand in `public/LICENSES.txt`.
 * Run it with `npx tsx scripts/icons.ts`; a name that Lucide doesn't have fails it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const drawings = join(root, 'node_modules/lucide-static/icons')
const written = join(root, 'views/icons')
const mentions = [/_icon'\s*,\s*\{\s*name:\s*'([a-z0-9-]+)'/g, /\bicon:\s*'([a-z0-9-]+)'/g]

const common = `
  plus minus search pencil trash-2 user users log-in log-out settings sliders-horizontal mail check x chevron-right chevron-down
  chevron-left chevron-up file file-text file-plus paperclip download upload house inbox life-buoy briefcase building building-2
  package box receipt calendar calendar-days phone folder folder-open folder-kanban book-open bell lock lock-open key-round shield
  shield-check eye eye-off link unlink external-link globe languages message-square message-circle send clock timer triangle-alert
  info circle-help circle-check circle-x circle-alert circle-user ban filter arrow-left arrow-right arrow-up arrow-down arrow-right-left
  arrow-up-down copy rotate-ccw user-plus user-x user-check user-cog user-round contact door-open share-2 network list layout-grid
  layout-dashboard layout-list menu ellipsis star tag truck wallet clipboard-list clipboard-check list-checks square-kanban handshake
  file-signature signature history refresh-cw activity chart-column chart-line table tags ticket target trending-up banknote credit-card coins
  shopping-cart map-pin notebook-pen sticky-note newspaper image log-in monitor smartphone palette square-check hourglass archive
  boxes database git-branch group id-card landmark wrench zap scale fingerprint mail-check mail-plus mail-x mail-warning
`

const names = [
  ...new Set([...common.trim().split(/\s+/), ...namedIn('views'), ...namedIn('src'), ...namedIn('demo')])
].sort()
const unknown = names.filter((name) => !existsSync(join(drawings, `${name}.svg`)))
mkdirSync(written, { recursive: true })
for (const name of names.filter((known) => !unknown.includes(known)))
  writeFileSync(join(written, `${name}.ejs`), drawing(name))
if (unknown.length > 0) throw new Error(`Lucide has no icon called ${unknown.join(', ')}.`)

function namedIn(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(ejs|ts|json)$/.test(file)
  )
  const texts = files.map((file) => readFileSync(join(root, folder, file), 'utf8'))
  return texts.flatMap((text) =>
    mentions.flatMap((mention) => [...text.matchAll(mention)].map((match) => match[1] ?? ''))
  )
}

function drawing(name: string): string {
  const svg = readFileSync(join(drawings, `${name}.svg`), 'utf8')
  const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1] ?? ''
  return inner.replace(/\s*\n\s*/g, '').replace(/ \/>/g, '/>')
}
