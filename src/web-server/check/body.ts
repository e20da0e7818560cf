/** Files that people send arrive: as large as may be, and while they are being sent. */
import { reasonOf } from '../../host/finding.js'
import { NotRefused } from './ask.js'
import { askTheWay, type Looking, type Told } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'

/** Bytes that a form has around its files. */
const aroundFiles = 512 * 1024
/** More than web servers take that nobody has told otherwise. */
const moderate = 1_300_000
const patience = 60_000

export async function checkBody(looking: Looking): Promise<Observation[]> {
  const { uploadSize, filesPerNote } = looking.place.config.limits
  const largest = uploadSize * filesPerNote + aroundFiles
  const megabytes = Math.ceil(largest / 1_000_000)
  const limited = limits(await sent(looking, largest, { isCut: true }), megabytes)
  const faults = limited.length > 0 ? limited : await losses(looking, Math.min(moderate, largest))
  return outcome('body', faults, { megabytes })
}

async function sent(looking: Looking, size: number, { isCut = false } = {}): Promise<Told | Error> {
  const headers = { 'Content-Type': 'application/octet-stream' }
  const body = { size, pause: beatOf(looking), isCut }
  return askTheWay(looking, { method: 'POST', headers, body, patience }).catch((error: Error) => error)
}

/** Whether the largest is refused as soon as it is announced. */
function limits(told: Told | Error, megabytes: number): Observation[] {
  if (told instanceof NotRefused) return []
  if (told instanceof Error) return [wrong('bodyRefused', { reason: reasonOf(told), megabytes })]
  const { status } = told.answer
  return status === 413 ? [wrong('bodyLimit', { megabytes })] : [wrong('bodyRefused', { reason: status, megabytes })]
}

/** Whether all of it arrives, and while it is being sent. A busy machine may swallow a pause once. */
async function losses(looking: Looking, size: number): Promise<Observation[]> {
  const [one, other] = [await sent(looking, size), () => sent(looking, size)]
  const megabytes = Math.ceil(size / 1_000_000)
  if (one instanceof Error) return [wrong('bodyRefused', { reason: reasonOf(one), megabytes })]
  if (sizeIn(one) !== size) return [wrong('bodyRefused', { reason: one.answer.status, megabytes })]
  const isBuffered = isTakenAtOnce(looking, one) && isTakenAtOnce(looking, await other())
  return isBuffered ? [wrong('bodyBuffered')] : []
}

function sizeIn({ arrival }: Told): number | undefined {
  return typeof arrival === 'object' ? arrival.body.size : undefined
}

/** Who passes a body on while it comes in keeps its pause. */
function isTakenAtOnce(looking: Looking, told: Told | Error): boolean {
  const arrival = told instanceof Error ? undefined : told.arrival
  return typeof arrival === 'object' && arrival.body.milliseconds < beatOf(looking) / 2
}

function beatOf({ options }: Looking): number {
  return options.beat ?? 400
}
