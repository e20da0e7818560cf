/** What people write in notes, on its way into a host. */
import { HostRefused } from './host.js'

/** In characters. */
const longestNote = 20_000

/** The text as it is kept: without what no database takes, lines ended one way, no blanks around it.
 *  @throws HostRefused when nothing is left and no file says it instead, or when it is too long. */
export function noteText(text: string, hasFiles: boolean): string {
  const clean = text.toWellFormed().replaceAll('\0', '').replace(/\r\n?/g, '\n').trim()
  if (clean === '' && !hasFiles) throw new HostRefused({ text: { key: 'errors.field.required' } })
  if ([...clean].length > longestNote)
    throw new HostRefused({ text: { key: 'errors.field.tooLong', args: { max: longestNote } } })
  return clean
}
