/** Ids that sort in the order in which they were made. */
import { randomBytes } from 'node:crypto'

let last = 0

/** 36 characters: time, a counter that keeps the order within this process, and chance. */
export function orderedId(milliseconds: number): string {
  last = Math.max(last + 1, milliseconds * 1024)
  return `${last.toString(16).padStart(16, '0')}${randomBytes(10).toString('hex')}`
}
