/** Ids of roles and groups: short, for they stand in every link of a page with hundreds of them. */
import { randomBytes } from 'node:crypto'

export function newId(): string {
  return randomBytes(6).toString('base64url')
}
