/** A mail that came back: what a mail server's report of a failed delivery says, and about which mail of ours (RFC 3464). */
import PostalMime, { type Email } from 'postal-mime'
import type { Senders } from './senders.js'

/** In bytes; what a report says stands at its beginning, behind it may come the whole mail. */
const longest = 1_000_000

/** The rest is read and dropped: a mail server that can't hand its mail over to the end tries again. */
export async function beginningOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let left = longest
  for await (const chunk of stream) {
    if (left > 0) chunks.push(Buffer.from((chunk as Uint8Array).subarray(0, left)))
    left -= (chunk as Uint8Array).length
  }
  return Buffer.concat(chunks)
}

/** `unknown`: it names no mail that we signed, so it is forged or of another system. `passing`: nothing is lost yet, or it is
 *  no report at all (a delay, an answer of somebody who is away). */
export type Report =
  | { readonly kind: 'bounced'; readonly mailId: string; readonly status: string }
  | { readonly kind: 'passing' }
  | { readonly kind: 'unknown' }

/** What `recipient` (the address the report came to) and the report itself say. */
export async function readReport(raw: Uint8Array, senders: Senders, recipient = ''): Promise<Report> {
  const report = await parsed(raw)
  const status = report && failureIn(report)
  if (!report || status === undefined) return { kind: 'passing' }
  const mailId = senders.mailIn([recipient, ...headersOf(report, addressed)].join('\n')) ?? quotedMail(report, senders)
  return mailId === undefined ? { kind: 'unknown' } : { kind: 'bounced', mailId, status }
}

/** Undefined for what is no mail, or one of so many parts in parts that nobody sends it in good faith: a second try would read no more of it. */
async function parsed(raw: Uint8Array): Promise<Email | undefined> {
  return PostalMime.parse(raw, { attachmentEncoding: 'utf8' }).catch(() => undefined)
}

/** Headers that say to which address the report came. */
const addressed = ['delivered-to', 'x-original-to', 'envelope-to', 'to']

function headersOf({ headers }: Email, names: readonly string[]): string[] {
  return headers.filter(({ key }) => names.includes(key)).map(({ value }) => value)
}

/** The status (`5.1.1`) of a delivery that failed for good; undefined where none did. */
function failureIn(report: Email): string | undefined {
  const parts = partsOf(report, 'message/delivery-status')
  if (parts.length > 0) return parts.map(failureInStatus).find((status) => status !== undefined)
  return headersOf(report, ['x-failed-recipients']).length > 0 ? '5.0.0' : undefined
}

/** One group of lines per recipient; a folded line goes on with a space. */
function failureInStatus(text: string): string | undefined {
  for (const group of text
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n\s*\n/)) {
    const action = /^Action:\s*(\w+)/im.exec(group)?.[1]?.toLowerCase()
    const status = /^Status:\s*([245]\.\d{1,3}\.\d{1,3})/im.exec(group)?.[1] ?? '5.0.0'
    if (action === 'failed' && status.startsWith('5')) return status
  }
  return undefined
}

/** The mail that the report gives back, whole or its headers, by our Message-ID. */
function quotedMail(report: Email, senders: Senders): string | undefined {
  const quoted = [...partsOf(report, 'message/rfc822'), ...partsOf(report, 'text/rfc822-headers'), report.text ?? '']
  const ids = quoted.flatMap((text) => /^Message-ID:\s*(\S+)/im.exec(text)?.[1] ?? [])
  return senders.mailIn(ids.join('\n'))
}

function partsOf({ attachments }: Email, type: string): string[] {
  return attachments.filter(({ mimeType }) => mimeType === type).map(({ content }) => String(content))
}
