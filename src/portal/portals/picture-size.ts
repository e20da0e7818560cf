/** How large a picture is, read from its first bytes: nothing is decoded. */

export interface PictureSize {
  readonly width: number
  readonly height: number
}

const pictureTypes = ['image/png', 'image/jpeg', 'image/webp'] as const
export type PictureType = (typeof pictureTypes)[number]

export function isPictureType(type: string): type is PictureType {
  return pictureTypes.some((one) => one === type)
}

/** In pixels; undefined for what is broken, and for a moving picture. */
export function pictureSize(type: PictureType, content: Buffer): PictureSize | undefined {
  try {
    const size = readers[type](content)
    return size && size.width > 0 && size.height > 0 ? size : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** They read past the end of what is cut off: a RangeError of Buffer's. */
const readers: Record<PictureType, (content: Buffer) => PictureSize | undefined> = {
  'image/png': (content) => ({ width: content.readUInt32BE(16), height: content.readUInt32BE(20) }),
  'image/jpeg': jpegSize,
  'image/webp': webpSize
}

/** Segment by segment until the one that says how large the frame is (SOF0–SOF15 without the tables among them). */
function jpegSize(content: Buffer): PictureSize | undefined {
  for (let at = 2; content[at] === 0xff; at += 2 + content.readUInt16BE(at + 2)) {
    const marker = content.readUInt8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { height: content.readUInt16BE(at + 5), width: content.readUInt16BE(at + 7) }
  }
  return undefined
}

/** The three kinds of its first chunk: lossy, lossless, extended. */
function webpSize(content: Buffer): PictureSize | undefined {
  switch (content.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: content.readUInt16LE(26) & 0x3fff, height: content.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      const bits = content.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X': {
      const isMoving = (content.readUInt8(20) & 0x02) !== 0
      return isMoving ? undefined : { width: content.readUIntLE(24, 3) + 1, height: content.readUIntLE(27, 3) + 1 }
    }
    default:
      return undefined
  }
}
