/** How many text messages a text is: 160 letters fit into one, 70 where a letter is not in the alphabet of the networks. */

export interface Segments {
  /** As the networks count them: some letters count twice. */
  readonly letters: number
  readonly messages: number
  /** The letters that make the message short: each holds only 70, or 67 where there are several. */
  readonly unusual: readonly string[]
}

/** GSM 03.38. */
const usual = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
)
const counted = new Set('\f^{}\\[~]|€')

export function segmentsOf(text: string): Segments {
  const letters = [...text]
  const unusual = [...new Set(letters.filter((letter) => !usual.has(letter) && !counted.has(letter)))]
  if (unusual.length > 0) return { letters: text.length, messages: messagesOf(text.length, 70, 67), unusual }
  const count = letters.length + letters.filter((letter) => counted.has(letter)).length
  return { letters: count, messages: messagesOf(count, 160, 153), unusual }
}

function messagesOf(letters: number, alone: number, together: number): number {
  return letters <= alone ? 1 : Math.ceil(letters / together)
}
