/** What kind of file something is, decided by its bytes; names and the sender's word don't count (A19). */
import { createReadStream } from 'node:fs'
import { extname } from 'node:path'
import { fileTypeFromFile } from 'file-type'

/** The kinds that are taken, with the endings their names may have. ZIP, SVG, HTML and scripts are not among them. */
const endings: Readonly<Record<string, readonly string[]>> = {
  'application/pdf': ['.pdf'],
  'image/png': ['.png'],
  'image/jpeg': ['.jpg', '.jpeg'],
  'image/gif': ['.gif'],
  'image/webp': ['.webp'],
  'text/plain': ['.txt', '.log', '.md'],
  'text/csv': ['.csv'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['.docx'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['.xlsx'],
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['.pptx'],
  'application/vnd.oasis.opendocument.text': ['.odt'],
  'application/vnd.oasis.opendocument.spreadsheet': ['.ods']
}

/** Endings that some server or desktop would run, wherever in a name they stand. */
const running =
  /\.(php\d?|phtml|phar|pht|html?|xhtml|shtml|svgz?|xml|js|mjs|jsp|aspx?|cgi|pl|py|sh|exe|bat|cmd|com|scr|msi|ps1|vbs|jar|hta|lnk)(\.|$)/i

export type FileKind = { readonly type: string } | { readonly refused: 'errors.file.type' | 'errors.file.name' }

/** The type of the file at `path`, called `name` by its sender. */
export async function kindOfFile(path: string, name: string): Promise<FileKind> {
  const type = (await fileTypeFromFile(path))?.mime ?? (await textType(path, name))
  const allowed = type === undefined ? undefined : endings[type]
  if (type === undefined || !allowed) return { refused: 'errors.file.type' }
  const fits = allowed.includes(extname(name).toLowerCase()) && !running.test(name)
  return fits ? { type } : { refused: 'errors.file.name' }
}

async function textType(path: string, name: string): Promise<string | undefined> {
  if (!(await isHarmlessText(path))) return undefined
  return extname(name).toLowerCase() === '.csv' ? 'text/csv' : 'text/plain'
}

/** UTF-8 without control characters, and nothing in it that a browser or a server could take for markup or a script. */
async function isHarmlessText(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  try {
    for await (const chunk of createReadStream(path)) text += decoder.decode(chunk as Buffer, { stream: true })
    text += decoder.decode()
  } catch {
    return false
  }
  return (
    !/(?![\t\n\v\f\r])\p{Cc}/u.test(text) && !/^\s*(<|#!)|<(\?|!doctype|html|svg|script|iframe|body|head)/i.test(text)
  )
}

/** A name without folders, control characters and tricks with the direction of writing; at most 120 characters, its ending kept (A20). */
export function cleanName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const plain = last
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '')
  const ending = extname(plain).slice(0, 12)
  return `${plain.slice(0, plain.length - ending.length).slice(0, 120 - ending.length) || 'file'}${ending}`
}
