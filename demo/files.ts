/** Small files for the demo world's documents: texts as they are, and drawings as PDF with one line on one page. */

export interface DemoFile {
  readonly name: string
  readonly type: string
  readonly content: Buffer
}

const types: Readonly<Record<string, string>> = { pdf: 'application/pdf', csv: 'text/csv', txt: 'text/plain' }

/** The ending of its name says what it is. */
export function demoFile(name: string, content: string): DemoFile {
  const ending = name.split('.').at(-1)!
  return { name, type: types[ending]!, content: ending === 'pdf' ? pdf(content) : Buffer.from(content) }
}

/** The letters of Western Europe are all that the font has. */
function pdf(line: string): Buffer {
  const text = `BT /F 16 Tf 56 770 Td (${line.replace(/[\\()]/g, '\\$&')}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>'
  ]
  let body = '%PDF-1.4\n'
  const places = objects.map((object, index) => {
    const place = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`
  const end = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`
  return Buffer.from(body + table + end, 'latin1')
}
