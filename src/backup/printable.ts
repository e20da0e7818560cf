/** Text of others as it may be shown on a terminal. */

/** Control characters and what turns the direction of writing would let a name pass for something else. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (letter) =>
    letter === '\n' ? ' ' : `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}
