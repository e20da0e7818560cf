/** Pictures of one's own making: as much of them as is looked at. */

const signature = Buffer.from('89504e470d0a1a0a', 'hex')

/** A PNG of these measures, without a pixel in it. */
export function pngOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', Buffer.alloc(2)),
    chunk('IEND', Buffer.alloc(0))
  ])
}

function chunk(name: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  return Buffer.concat([length, Buffer.from(name, 'latin1'), content, Buffer.alloc(4)])
}

/** A JPEG of these measures: a table before the frame, as cameras write it. */
export function jpegOf(width: number, height: number): Buffer {
  const table = Buffer.from('ffdb000400ab', 'hex')
  const frame = Buffer.from('ffc00011080000000003012200021101031101', 'hex')
  frame.writeUInt16BE(height, 5)
  frame.writeUInt16BE(width, 7)
  return Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), table, frame])
}

/** A WebP of these measures whose first chunk is of this kind. */
export function webpOf(
  kind: 'VP8 ' | 'VP8L' | 'VP8X',
  width: number,
  height: number,
  { isMoving = false }: { isMoving?: boolean } = {}
): Buffer {
  const content = Buffer.alloc(40)
  content.write('RIFF', 0, 'latin1')
  content.writeUInt32LE(32, 4)
  content.write(`WEBP${kind}`, 8, 'latin1')
  if (kind === 'VP8 ') {
    content.writeUInt16LE(width, 26)
    content.writeUInt16LE(height, 28)
  } else if (kind === 'VP8L') {
    content.writeUInt32LE((width - 1) | ((height - 1) << 14), 21)
  } else {
    content.writeUInt8(isMoving ? 2 : 0, 20)
    content.writeUIntLE(width - 1, 24, 3)
    content.writeUIntLE(height - 1, 27, 3)
  }
  return content
}
