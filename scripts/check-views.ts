/** Checks the views: they compile, escape what they show, carry nothing the content security policy forbids, and guard every POST form. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ejs from 'ejs'
import { isStarted, report } from './report.js'
import { filesIn } from './source-text.js'

const tag = /<%[\s\S]*?%>/g

/** Problems of the view `file` with this text; `isThere` says whether a file exists. */
export function viewProblems(file: string, text: string, isThere: (file: string) => boolean): string[] {
  return [
    ...compileProblems(file, text),
    ...rawProblems(file, text),
    ...includeProblems(file, text, isThere),
    ...(isReadElsewhere(file) ? [] : policyProblems(file, text)),
    ...formProblems(file, text)
  ]
}

/** Mails and archives are read without us: they carry their styles, and no policy of ours rules there. */
const isReadElsewhere = (file: string): boolean => /-mail\.ejs$|-archive-head\.ejs$|\/message-html\.ejs$/.test(file)

function compileProblems(file: string, text: string): string[] {
  try {
    ejs.compile(text, { filename: file })
    return []
  } catch (error) {
    return [`${file}: ${error instanceof Error ? error.message : String(error)}`]
  }
}

/** The partials that print content as it is, and what they print: HTML of a record, which only `safeHtml` of src/web/rich-text.ts makes;
 *  a chart, which only `drawn` of src/charts/drawing.ts makes. */
const printsAsItIs: Readonly<Record<string, RegExp>> = {
  'views/_rich-text.ejs': /^\s*html\s*$/,
  'views/_drawing.ejs': /^\s*svg\s*$/
}

function rawProblems(file: string, text: string): string[] {
  const allowed = printsAsItIs[file] ?? /^\s*(include\([\s\S]*\)|body|slot)\s*$/
  return [...text.matchAll(/<%-([\s\S]*?)[-_]?%>/g)]
    .filter((match) => !allowed.test(match[1]!))
    .map((match) => `${place(file, text, match.index)}: unescaped output is for include, body and slot alone`)
}

function includeProblems(file: string, text: string, isThere: (file: string) => boolean): string[] {
  return [...text.matchAll(/include\(\s*'([^']+)'(?:\s*,\s*\{\s*name:\s*'([^']+)')?/g)].flatMap((match) => {
    const [, name = '', icon] = match
    const isFound = [dirname(file), 'views'].some((folder) => isThere(join(folder, `${name}.ejs`)))
    const lacks = [
      ...(isFound ? [] : [name]),
      ...(icon && name.endsWith('_icon') && !isThere(`views/icons/${icon}.ejs`) ? [`icon ${icon}`] : [])
    ]
    return lacks.map((missing) => `${place(file, text, match.index)}: there is no ${missing}`)
  })
}

const forbidden: readonly [RegExp, string][] = [
  [/<script\b(?![^>]*\b(src|nonce)=)/gi, 'an inline script'],
  [/<style\b(?![^>]*\bnonce=)/gi, 'an inline stylesheet'],
  [/<[a-z][^<>]*\sstyle\s*=/gi, 'a style attribute'],
  [/<[a-z][^<>]*\son[a-z]+\s*=/gi, 'an event handler in HTML'],
  [/javascript:/gi, 'a javascript: address']
]

function policyProblems(file: string, text: string): string[] {
  const html = text.replace(tag, (code) => code.replace(/[^\n]/g, '_'))
  return forbidden.flatMap(([pattern, what]) =>
    [...html.matchAll(pattern)].map((match) => `${place(file, html, match.index)}: ${what} is stopped by the policy`)
  )
}

function formProblems(file: string, text: string): string[] {
  return [...text.matchAll(/<form\b((?:<%[\s\S]*?%>|[^>])*)>([\s\S]*?)(<\/form>|$)/gi)]
    .filter(([, attributes]) => /\bmethod="?(post|<%)/i.test(attributes!))
    .filter(([, , inside, end]) => !end || !/include\('[^']*_csrf'\)/.test(inside!))
    .map((match) => `${place(file, text, match.index)}: a POST form begins with _csrf and ends in the same view`)
}

function place(file: string, text: string, index: number): string {
  return `${file}:${text.slice(0, index).split('\n').length}`
}

if (isStarted(import.meta)) {
  const files = filesIn('views', '.ejs')
  report(
    'Views',
    files.flatMap((file) => viewProblems(file, readFileSync(file, 'utf8'), existsSync))
  )
}
