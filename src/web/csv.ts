/** Tables as files for spreadsheets: CSV in UTF-8 with a byte order mark, in which nothing is a formula (A16). */

/** The text of a file: a line for each row, every value in quotes. */
export function csvOf(rows: Iterable<readonly string[]>): string {
  const lines = Array.from(rows, (row) => `${row.map(cell).join(',')}\r\n`)
  return `\ufeff${lines.join('')}`
}

/** What a spreadsheet would take for a formula begins with an apostrophe: it is then the text it is. */
function cell(value: string): string {
  const text = value.replaceAll('\0', '')
  const plain = /^\s*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return `"${plain.replaceAll('"', '""')}"`
}
