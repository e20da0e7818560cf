/** Merge fields: `{{name}}` in a text is replaced by a value when a message is written. */

/** Characters between the braces are trimmed; what has braces in it is no field. */
const field = /\{\{([^{}]*)\}\}/g

/** The names of all merge fields in a text, each once. */
export function mergeFieldsIn(text: string): string[] {
  return [...new Set([...text.matchAll(field)].map(([, name = '']) => name.trim()))]
}

/** What stands in double braces and is none of the fields there are; braces that are not closed, or not opened, as they stand. */
export function unknownFields(text: string, known: Iterable<string>): string[] {
  const names = new Set(known)
  const strange = mergeFieldsIn(text).filter((name) => !names.has(name))
  return [...strange, ...(text.replace(field, '').match(/\{\{|\}\}/g) ?? [])]
}

export type MergeValues = Readonly<Record<string, string>>

/** The text with the values in it, as `write` writes each; a field without a value is empty. */
export function merged(text: string, values: MergeValues, write: (value: string) => string): string {
  return text.replace(field, (_, name: string) => write(valueOf(values, name.trim())))
}

/** For plain text: as it is, without characters that only machines read; lines stay lines. */
export function asText(value: string): string {
  return value.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '')
}

/** For a subject, a text message, a name: in one line (A49). */
export function asLine(value: string): string {
  return value.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

/** For HTML, in text and in attributes that stand in quotes. */
export function asHtml(value: string): string {
  return asText(value).replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
}

function valueOf(values: MergeValues, name: string): string {
  return Object.hasOwn(values, name) ? (values[name] ?? '') : ''
}
