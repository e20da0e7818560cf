/** QR codes, as what an SVG draws them with. */
import { encode } from 'uqr'

export interface QrCode {
  /** Of each side, in squares, with the margin that readers need. */
  readonly size: number
  /** The `d` of a path: a run of dark squares is one stroke. */
  readonly path: string
}

const margin = 4

export function qrCode(text: string): QrCode {
  const { data, size } = encode(text, { ecc: 'M', border: margin })
  return {
    size,
    path: data.flatMap((row, y) => runsOf(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`)).join('')
  }
}

/** Where dark squares begin in a row, and how many there are. */
function runsOf(row: readonly boolean[]): [number, number][] {
  return row.flatMap((isDark, x): [number, number][] => {
    if (!isDark || row[x - 1]) return []
    const end = row.indexOf(false, x)
    return [[x, (end === -1 ? row.length : end) - x]]
  })
}
