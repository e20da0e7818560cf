/** What load balancers and supervisors ask: does the process live, and may requests be sent to it? Neither says anything about the data. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import { migrations } from '../../migrations/index.js'
import { schemaVersion } from '../db/migrate.js'

/** `ready`, or why not. */
export type Readiness =
  'ready' | 'starting' | 'draining' | 'the database does not answer' | 'the tables are not up to date'

export type AskReadiness = () => Promise<Readiness>

/** An answer is good for a second: whoever asks more often asks nobody. */
const keptFor = 1000
/** A database that takes longer doesn't answer. */
const patience = 3000

/** Not ready while `isDraining`, while the database is away, and until its tables are as new as this program. Newer ones are fine: another
 *  process was upgraded first, and this one goes on until it is its turn. */
export function readinessOf(db: Knex, isDraining: () => boolean): AskReadiness {
  let known: { at: number; answer: Promise<Readiness> } | undefined
  return async () => {
    if (isDraining()) return 'draining'
    if (!known || Date.now() - known.at > keptFor) known = { at: Date.now(), answer: askDatabase(db) }
    return known.answer
  }
}

async function askDatabase(db: Knex): Promise<Readiness> {
  const silence = 'the database does not answer'
  const answer = schemaVersion(db).then(
    (version): Readiness => (version >= migrations.length ? 'ready' : 'the tables are not up to date'),
    (): Readiness => silence
  )
  return Promise.race([answer, pause<Readiness>(patience, silence, { ref: false })])
}

/** Answers `/healthz` and `/readyz`, at whatever host name; false: it is something else that is asked for. */
export function answersHealth(req: IncomingMessage, res: ServerResponse, readiness: AskReadiness): boolean {
  const path = req.url?.split('?', 1)[0]
  if (req.method !== 'GET' && req.method !== 'HEAD') return false
  if (path === '/healthz') plain(res, 200, 'alive')
  else if (path === '/readyz') void readiness().then((found) => plain(res, found === 'ready' ? 200 : 503, found))
  else return false
  return true
}

/** One line of text. */
export function plain(res: ServerResponse, status: number, line: string): void {
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  res.end(`${line}\n`)
}
