/** What is in a zip, read by its directory as any program would. */
import { inflateRawSync } from 'node:zlib'

/** The files in it by name. @throws RangeError for what is no zip, or broke off. */
export function filesInZip(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new RangeError('There is no end of a zip.')
  const files = new Map<string, Buffer>()
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [name, extra, comment] = [28, 30, 32].map((place) => zip.readUInt16LE(at + place)) as [number, number, number]
    files.set(zip.toString('utf8', at + 46, at + 46 + name), contentOf(zip, at))
    at += 46 + name + extra + comment
  }
  return files
}

function contentOf(zip: Buffer, at: number): Buffer {
  const head = zip.readUInt32LE(at + 42)
  const from = head + 30 + zip.readUInt16LE(head + 26) + zip.readUInt16LE(head + 28)
  const bytes = zip.subarray(from, from + zip.readUInt32LE(at + 20))
  return zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : Buffer.from(bytes)
}
