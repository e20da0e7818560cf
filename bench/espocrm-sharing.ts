/** What global sharing costs EspoCRM's own pages: requests as they make them, in turns with the switch off and on. It takes an EspoCRM by the variables of
 *  the live suite; many cases make it worth looking at (`npm run bench:espocrm` fills one). What it changes is put back.
 *  `npx tsx bench/espocrm-sharing.ts --rounds 10 --runs 10 --json var/bench-espocrm-sharing.json` */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import type { EspoClient } from '../test/espocrm/espo-client.js'
import { liveIn } from '../test/espocrm/live.js'
import { openSharingWorld, type Compiled, type SharingWorld } from '../test/espocrm/sharing-world.js'
import { quantile } from './load.js'

const { values: options } = parseArgs({
  options: {
    /** Turns of each switch position, and requests in a turn. */
    rounds: { type: 'string', default: '10' },
    runs: { type: 'string', default: '10' },
    json: { type: 'string' }
  }
})
const warmUp = 3

const shown = 'number,name,status,priority,type,accountId,accountName,assignedUserId,assignedUserName,createdAt'
const list = `Case?maxSize=20&offset=0&orderBy=number&order=desc&attributeSelect=${shown}`

const rule = { module: 'Case', from: 'role:sales', to: 'role:manager', write: true, related: [] }
const onNew = { field: 'status', operator: '=', value: 'New' }
/** Of the manager, who looks: four of five cases are his people's. */
const models: readonly (readonly [string, Partial<Compiled>])[] = [
  ['Public: Read Only', { defaults: { Case: { level: 'public-read' }, Account: { level: 'public-read' } } }],
  ['Private, accounts open', { defaults: { Account: { level: 'public-read' } } }],
  ['Private', {}],
  ['Private, a rule by criteria', { rules: [{ ...rule, criteria: [onNew] }] }],
  ['Private, following accounts', { defaults: { Case: { level: 'private', follows: 'account' } } }]
]

interface Row {
  readonly model: string
  readonly what: string
  /** Milliseconds that a tenth of the requests stay below: what others do on the machine disturbs these least. */
  readonly off: number
  readonly on: number
  readonly more: string
}

const live = liveIn(process.env)
if (!live) throw new Error('Set ESPOCRM_URL, ESPOCRM_DATABASE_URL, ESPOCRM_ADMIN and ESPOCRM_SERVICE_LISTEN.')
const world = await openSharingWorld(live)
try {
  await spreadOwners(world)
  const rows = await measure(world)
  console.table(rows)
  if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 2)}\n`)
} finally {
  await putBackOwners(world.db)
  await world.close()
}

async function measure(team: SharingWorld): Promise<Row[]> {
  const rows: Row[] = []
  for (const [model, compiled] of models) {
    await team.inForce(compiled)
    await team.switchTo(true)
    const { list: cases } = await team.as.mara.get<{ list: { id: string }[] }>(list)
    rows.push({ model, what: 'list', ...(await inTurns(team, list)) })
    rows.push({ model, what: 'record', ...(await inTurns(team, `Case/${cases[0]!.id}`)) })
  }
  return rows
}

/** Off and on, on and off …, so that neither has the quieter machine. */
async function inTurns({ as, switchTo }: SharingWorld, path: string): Promise<Omit<Row, 'model' | 'what'>> {
  const times: Record<'off' | 'on', number[]> = { off: [], on: [] }
  const positions = ['off', 'on', 'on', 'off'] as const
  for (let round = 0; round < 2 * Number(options.rounds); round++) {
    const position = positions[round % positions.length]!
    await switchTo(position === 'on')
    times[position].push(...(await turn(as.mara, path)))
  }
  const [off, on] = [quantile(times.off, 0.1), quantile(times.on, 0.1)]
  return { off: rounded(off), on: rounded(on), more: `${rounded((on / off - 1) * 100)} %` }
}

/** Milliseconds of each request, one after the other. */
async function turn(client: EspoClient, path: string): Promise<number[]> {
  const times: number[] = []
  for (let run = -warmUp; run < Number(options.runs); run++) {
    const start = performance.now()
    await client.get(path)
    if (run >= 0) times.push(performance.now() - start)
  }
  return times
}

/** The cases and accounts in turn to the team and to somebody outside of it. */
async function spreadOwners({ db, cast }: SharingWorld): Promise<void> {
  const owners = [cast.mara.id, cast.one.id, cast.two.id, cast.axel.id, cast.otto.id]
  for (const table of ['case', 'account']) {
    await db.raw('create table ?? as select id, assigned_user_id from ??', [`portico_bench_${table}`, table])
    await db.raw('update ?? set assigned_user_id = elt(1 + crc32(id) % ?, ?, ?, ?, ?, ?)', [
      table,
      owners.length,
      ...owners
    ])
  }
}

async function putBackOwners(db: Knex): Promise<void> {
  for (const table of ['case', 'account']) {
    if (!(await db.schema.hasTable(`portico_bench_${table}`))) continue
    await db.raw('update ?? r join ?? b on b.id = r.id set r.assigned_user_id = b.assigned_user_id', [
      table,
      `portico_bench_${table}`
    ])
    await db.schema.dropTable(`portico_bench_${table}`)
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
