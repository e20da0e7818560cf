/** Ids as they come from outside, on their way into the path of a request. */
import { NotFound } from '../../errors.js'

/** Can this be the id of a record of EspoCRM's? Nothing that leads a path elsewhere is one. */
export function isId(id: string): boolean {
  return /^(?!\.+$)[\w=.-]{1,36}$/.test(id)
}

/** `id` as a segment of a path. @throws NotFound for what can be no record's. */
export function segment(id: string): string {
  if (!isId(id)) throw new NotFound()
  return encodeURIComponent(id)
}
