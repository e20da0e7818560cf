/** Files that people send arrive: as large as may be, and while they are being sent. */
import { reasonOf } from '../../host/finding.js'
import { askTheWay, type Looking, type Told } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'

/** Bytes that a form has around its files. */
const aroundFiles = 512 * 1024
const patience = 60_000

export async function checkBody(looking: Looking): Promise<Observation[]> {
  const { uploadSize, filesPerNote } = looking.place.config.limits
  const size = uploadSize * filesPerNote + aroundFiles
  const megabytes = Math.ceil(size / 1_000_000)
  const refused = refusals(await sent(looking, size), { size, megabytes })
  const isBuffered = refused.length === 0 && (await isTakenAtOnce(looking)) && (await isTakenAtOnce(looking))
  return outcome('body', isBuffered ? [wrong('bodyBuffered')] : refused, { megabytes })
}

async function sent(looking: Looking, size: number): Promise<Told | string> {
  const headers = { 'Content-Type': 'application/octet-stream' }
  return askTheWay(looking, { method: 'POST', headers, body: { size, pause: beatOf(looking) }, patience }).catch(
    reasonOf
  )
}

function refusals(told: Told | string, { size, megabytes }: { size: number; megabytes: number }): Observation[] {
  if (typeof told === 'string') return [wrong('bodyRefused', { reason: told, megabytes })]
  const { answer, arrival } = told
  if (answer.status === 413) return [wrong('bodyLimit', { megabytes })]
  const isWhole = typeof arrival === 'object' && arrival.body.size === size
  return isWhole ? [] : [wrong('bodyRefused', { reason: String(answer.status), megabytes })]
}

/** Who passes a body on while it comes in keeps its pause. A busy machine may swallow that once. */
async function isTakenAtOnce(looking: Looking): Promise<boolean> {
  const told = await sent(looking, 128 * 1024)
  const arrival = typeof told === 'string' ? undefined : told.arrival
  return typeof arrival === 'object' && arrival.body.milliseconds < beatOf(looking) / 2
}

function beatOf({ options }: Looking): number {
  return options.beat ?? 400
}
