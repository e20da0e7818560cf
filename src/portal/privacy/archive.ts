/** The archive: what is held about a person in one zip that he can read without a program of ours. It is made while it is taken, a page of
 *  rows and one file at a time (Z30 *export*). */
import { Readable, type PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { FileInfo } from '../../host/host.js'
import { htmlOf } from './archive-html.js'
import { pathOf } from './archive-names.js'
import { heldAbout, type Held } from './held.js'
import type { Chapter, Holding } from './holding.js'

/** `index.html`, `data.json` and the files. It breaks off with an error, so that nobody takes half of it for all; whoever stops taking it stops
 *  the reading too. */
export function archiveOf(holding: Holding): Readable {
  const zip = new ZipFile()
  const output = zip.outputStream as PassThrough
  zip.on('error', (error: Error) => output.destroy(error))
  void fill({ zip, output }, holding).catch((error: unknown) =>
    output.destroy(error instanceof Error ? error : new Error('The archive broke off.', { cause: error }))
  )
  return output
}

interface Archive {
  readonly zip: ZipFile
  readonly output: PassThrough
}

async function fill(archive: Archive, holding: Holding): Promise<void> {
  const held = await heldAbout(holding)
  await add(archive, 'index.html', Readable.from(htmlOf(holding, held)))
  await add(archive, 'data.json', Readable.from(jsonOf(held)))
  for (const { entries } of held.chapters)
    for await (const { files } of entries()) for (const file of files) await addFile(archive, holding, file)
  archive.zip.end()
}

/** One after the other: what comes next is read when this is in the archive. */
async function add({ zip, output }: Archive, name: string, content: Readable): Promise<void> {
  const stop = (): void => void content.destroy()
  output.once('close', stop)
  zip.addReadStream(content, name)
  if (output.destroyed) stop()
  await finished(content, { writable: false })
  output.off('close', stop)
}

/** What can't be read any more is named as missing; the rest of the archive is the person's all the same. */
async function addFile(archive: Archive, { context, t }: Holding, file: FileInfo): Promise<void> {
  const content = await context.host.files.read(file.id).catch(() => undefined)
  if (content) return add(archive, pathOf(file), content)
  await add(archive, `${pathOf(file)}.txt`, Readable.from([t('privacy:archive.missing', { name: file.name })]))
}

async function* jsonOf({ chapters, leftOut }: Held): AsyncIterable<string> {
  yield '{\n'
  for (const chapter of chapters) yield* chapterJson(chapter)
  yield `"leftOut": ${JSON.stringify(leftOut)}\n}\n`
}

async function* chapterJson({ id, entries }: Chapter): AsyncIterable<string> {
  yield `${JSON.stringify(id)}: [`
  let between = '\n'
  for await (const { data, files } of entries()) {
    yield between + JSON.stringify(files.length === 0 ? data : { ...data, archived: files.map(pathOf) })
    between = ',\n'
  }
  yield '\n],\n'
}
