/** Downloads: a file goes to the visitor's disk, never into the page's origin (A19, A20). */
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { FileInfo } from '../host/host.js'

/** An answer to `stillAllowed` counts for so many bytes and milliseconds, whichever are over first; the next chunk waits for the next answer. */
export const answerCounts = { bytes: 512 * 1024, milliseconds: 200 } as const

/** Sends the file as an attachment under its own name. A file that breaks off breaks the connection, so nobody takes half of it for all; a visitor
 *  who breaks off is no error. With `stillAllowed` a file that takes longer than `answerCounts` is broken off the moment the answer is no, or there
 *  is none (A28). */
export async function sendFile(
  res: Response,
  info: FileInfo,
  content: NodeJS.ReadableStream,
  stillAllowed?: () => Promise<boolean>
): Promise<void> {
  res.attachment(info.name)
  res.setHeader('Content-Type', isMediaType(info.type) ? info.type : 'application/octet-stream')
  if (info.size > 0) res.setHeader('Content-Length', info.size)
  res.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Cache-Control', 'private, no-store')
  let hasLeft = false
  res.once('close', () => (hasLeft = !res.writableFinished && !isOver(content)))
  try {
    await (stillAllowed ? pipeline(content, whileAllowed(stillAllowed), res) : pipeline(content, res))
  } catch (error) {
    if (!hasLeft && !(error instanceof NoLongerAllowed)) throw error
  }
}

/** What ends a download in its middle without being anybody's fault. */
class NoLongerAllowed extends Error {}

function whileAllowed(
  stillAllowed: () => Promise<boolean>
): (content: AsyncIterable<Buffer | string>) => AsyncIterable<Buffer> {
  let answered = { at: performance.now(), sent: 0 }
  const isOld = (next: number): boolean =>
    answered.sent + next > answerCounts.bytes || performance.now() - answered.at > answerCounts.milliseconds
  return async function* (content) {
    for await (const piece of piecesOf(content)) {
      if (isOld(piece.length)) {
        if (!(await stillAllowed())) throw new NoLongerAllowed('The file is not to be sent any further.')
        answered = { at: performance.now(), sent: 0 }
      }
      answered.sent += piece.length
      yield piece
    }
  }
}

async function* piecesOf(content: AsyncIterable<Buffer | string>): AsyncIterable<Buffer> {
  for await (const chunk of content) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    for (let from = 0; from < bytes.length; from += answerCounts.bytes)
      yield bytes.subarray(from, from + answerCounts.bytes)
  }
}

function isOver(content: NodeJS.ReadableStream): boolean {
  return 'destroyed' in content && content.destroyed === true
}

/** What a CRM keeps as a file's type came from whoever sent the file. */
function isMediaType(text: string): boolean {
  return /^[\w.+-]+\/[\w.+-]+(; ?charset=[\w-]+)?$/.test(text)
}
