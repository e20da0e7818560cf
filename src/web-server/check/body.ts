/** Files that people send arrive: as large as may be, and while they are being sent. */
import { reasonOf } from '../../host/finding.js'
import { askTheWay, type Looking, type Told } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'

/** Bytes that a form has around its files. */
const aroundFiles = 512 * 1024
const usualBeat = 400
const patience = 60_000

export async function checkBody(looking: Looking): Promise<Observation[]> {
  const { uploadSize, filesPerNote } = looking.place.config.limits
  const size = uploadSize * filesPerNote + aroundFiles
  const beat = looking.options.beat ?? usualBeat
  const [small, large] = await Promise.all([sent(looking, 128 * 1024, beat), sent(looking, size, beat)])
  const megabytes = Math.ceil(size / 1_000_000)
  return outcome('body', [...refusals(large, { size, megabytes }), ...bufferings(small, beat)], { megabytes })
}

async function sent(looking: Looking, size: number, beat: number): Promise<Told | string> {
  const headers = { 'Content-Type': 'application/octet-stream' }
  return askTheWay(looking, { method: 'POST', headers, body: { size, pause: beat }, patience }).catch(reasonOf)
}

function refusals(told: Told | string, { size, megabytes }: { size: number; megabytes: number }): Observation[] {
  if (typeof told === 'string') return [wrong('bodyRefused', { reason: told, megabytes })]
  const { answer, arrival } = told
  if (answer.status === 413) return [wrong('bodyLimit', { megabytes })]
  const isWhole = typeof arrival === 'object' && arrival.body.size === size
  return isWhole ? [] : [wrong('bodyRefused', { reason: String(answer.status), megabytes })]
}

/** Who passes a body on while it comes in keeps its pause. */
function bufferings(told: Told | string, beat: number): Observation[] {
  const arrival = typeof told === 'string' ? undefined : told.arrival
  const isAtOnce = typeof arrival === 'object' && arrival.body.milliseconds < beat / 2
  return isAtOnce ? [wrong('bodyBuffered')] : []
}
