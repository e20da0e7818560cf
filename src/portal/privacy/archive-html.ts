/** The archive's page: all of it for a reader, in one file that needs nothing else and runs nothing. */
import { momentAt } from '../../db/moment.js'
import { projectFolder } from '../../web/project-folder.js'
import { openViews } from '../../web/views.js'
import { pathOf } from './archive-names.js'
import type { Held } from './held.js'
import type { Chapter, Holding } from './holding.js'

const views = openViews(projectFolder('views'), true)

/** A page of thousands of records is written as it is read. */
export async function* htmlOf(holding: Holding, { chapters, leftOut }: Held): AsyncIterable<string> {
  const { t, locale, format, subject, context } = holding
  const at = format.datetime(momentAt(context.now()))
  yield views.render('portal/privacy-archive-head', {
    t,
    locale,
    name: subject.name,
    at,
    chapters: chapters.map((chapter, index) => ({ anchor: `c${index}`, title: chapter.title }))
  })
  for (const [index, chapter] of chapters.entries()) yield* chapterHtml(holding, chapter, `c${index}`)
  yield views.render('portal/privacy-archive-foot', { t, leftOut })
}

async function* chapterHtml({ t, format }: Holding, chapter: Chapter, anchor: string): AsyncIterable<string> {
  yield views.render('portal/privacy-archive-chapter', { title: chapter.title, anchor })
  let isEmpty = true
  for await (const { title, lines, files } of chapter.entries()) {
    isEmpty = false
    const links = files.map((file) => ({
      name: file.name,
      size: format.fileSize(file.size),
      href: pathOf(file).split('/').map(encodeURIComponent).join('/')
    }))
    yield views.render('portal/privacy-archive-entry', { title, lines, files: links })
  }
  if (isEmpty)
    yield views.render('portal/privacy-archive-entry', { title: t('privacy:archive.nothing'), lines: [], files: [] })
  yield '</section>\n'
}
