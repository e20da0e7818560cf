/** Downloads: a file goes to the visitor's disk, never into the page's origin (A19, A20). */
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { FileInfo } from '../host/host.js'

/** Sends the file as an attachment under its own name. A file that breaks off breaks the connection, so nobody takes half of it for all; a visitor
 *  who breaks off is no error. */
export async function sendFile(res: Response, info: FileInfo, content: NodeJS.ReadableStream): Promise<void> {
  res.attachment(info.name)
  res.setHeader('Content-Type', isMediaType(info.type) ? info.type : 'application/octet-stream')
  if (info.size > 0) res.setHeader('Content-Length', info.size)
  res.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Cache-Control', 'private, no-store')
  let hasLeft = false
  res.once('close', () => (hasLeft = !res.writableFinished && !isOver(content)))
  try {
    await pipeline(content, res)
  } catch (error) {
    if (!hasLeft) throw error
  }
}

function isOver(content: NodeJS.ReadableStream): boolean {
  return 'destroyed' in content && content.destroyed === true
}

/** What a CRM keeps as a file's type came from whoever sent the file. */
function isMediaType(text: string): boolean {
  return /^[\w.+-]+\/[\w.+-]+(; ?charset=[\w-]+)?$/.test(text)
}
