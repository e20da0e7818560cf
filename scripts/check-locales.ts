/** Checks the translations: the same keys, variables and complete plural forms in every language, and none missing or idle. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isStarted, report } from './report.js'
import { filesIn, textsOfFile, type SourceText } from './source-text.js'

/** Texts of one language by key: `portal:case.title`, plural forms with their ending. */
export type Texts = ReadonlyMap<string, string>

/** Keys that no source names because they are made of words of the database or of a host. */
const usedUnseen: readonly RegExp[] = []

const plural = /_(zero|one|two|few|many|other)$/

/** Problems of the texts among themselves. */
export function textProblems(languages: ReadonlyMap<string, Texts>): string[] {
  const stems = new Set([...languages.values()].flatMap((texts) => [...texts.keys()].map(stemOf)))
  return [...stems]
    .sort()
    .flatMap((stem) => [
      ...[...languages].flatMap(([language, texts]) => formProblems(language, texts, stem)),
      ...variableProblems(languages, stem)
    ])
}

/** Keys the sources use that don't exist, and keys that exist unused. */
export function useProblems(texts: Texts, sources: readonly SourceText[]): string[] {
  const stems = [...new Set([...texts.keys()].map(stemOf))]
  const namespaces = new Set(stems.map((stem) => stem.slice(0, stem.indexOf(':'))))
  const uses = sources.flatMap((source) => useOf(source, namespaces) ?? [])
  const missing = uses.filter(({ isMeant, pattern }) => isMeant && !stems.some((stem) => pattern.test(stem)))
  const patterns = [...uses.map(({ pattern }) => pattern), ...usedUnseen]
  const idle = stems.filter((stem) => !patterns.some((pattern) => pattern.test(stem)))
  return [
    ...missing.map(({ where, words }) => `${where}: no text for ${words}`),
    ...idle.map((stem) => `locales: nothing uses ${stem}`)
  ]
}

interface Use {
  readonly where: string
  readonly words: string
  readonly pattern: RegExp
  /** Certainly a key, so a text must be there; other words may only look like one. */
  readonly isMeant: boolean
}

/** A hole of a template stands for any words, and so does what follows a literal that ends with a dot. */
function useOf(source: SourceText, namespaces: ReadonlySet<string>): Use | undefined {
  const { where, isTranslated } = source
  const pieces = source.pieces.length === 1 && source.pieces[0]!.endsWith('.') ? [...source.pieces, ''] : source.pieces
  const [head = '', ...rest] = pieces
  const parts = [head.replace(/^errors\./, 'errors:'), ...rest]
  const words = parts.join('…')
  const isMeant = isTranslated || head.startsWith('errors.') || head.includes('.')
  if (!isLikeKey(parts, namespaces))
    return isTranslated && rest.length === 0 ? { where, words, isMeant, pattern: /^$/ } : undefined
  if (rest.length > 0 && !isMeant) return undefined
  return { where, words, isMeant, pattern: patternOf(parts, isTranslated) }
}

function isLikeKey(parts: readonly string[], namespaces: ReadonlySet<string>): boolean {
  const namespace = /^([\w-]+):/.exec(parts[0]!)?.[1]
  return namespace !== undefined && namespaces.has(namespace) && parts.every((part) => /^[\w.:-]*$/.test(part))
}

/** A group's name that is no text itself stands for the texts in the group. */
function patternOf(parts: readonly string[], isTranslated: boolean): RegExp {
  const key = parts.map((part) => part.replaceAll('.', '\\.')).join('.+')
  return new RegExp(parts.length === 1 && !isTranslated ? `^${key}(\\..+)?$` : `^${key}$`)
}

function formProblems(language: string, texts: Texts, stem: string): string[] {
  const forms = formsOf(texts, stem)
  const isPlural = [...forms.keys()].some((key) => key !== stem)
  const wanted = isPlural ? categories(language).map((category) => `${stem}_${category}`) : [stem]
  return [
    ...wanted.filter((key) => !forms.has(key)).map((key) => `${language}: ${key} is missing`),
    ...[...forms.keys()]
      .filter((key) => !wanted.includes(key))
      .map((key) => `${language}: ${key} is one form too many`),
    ...[...forms].filter(([, text]) => text.trim() === '').map(([key]) => `${language}: ${key} is empty`)
  ]
}

/** Every form uses the same variables; only the count may be left out of a form ("one day"). */
function variableProblems(languages: ReadonlyMap<string, Texts>, stem: string): string[] {
  const forms = [...languages].flatMap(([language, texts]) =>
    [...formsOf(texts, stem)].map((form) => [language, ...form] as const)
  )
  const wanted = new Set(forms.flatMap(([, , text]) => variablesOf(text)))
  return forms.flatMap(([language, key, text]) => {
    const used = variablesOf(text)
    const left = [...wanted].filter((name) => !used.includes(name) && !(name === 'count' && plural.test(key)))
    return left.map((name) => `${language}: ${key} does without {{${name}}}`)
  })
}

function variablesOf(text: string): string[] {
  return [...text.matchAll(/\{\{\s*([\w.]+)[^}]*\}\}/g)].map((match) => match[1]!)
}

const formsOf = (texts: Texts, stem: string): Map<string, string> =>
  new Map([...texts].filter(([key]) => stemOf(key) === stem))

const stemOf = (key: string): string => key.replace(plural, '')

function categories(language: string): string[] {
  return new Intl.PluralRules(language).resolvedOptions().pluralCategories
}

function readLanguage(folder: string): Texts {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return new Map(
    files.flatMap((file) => flat(`${basename(file, '.json')}:`, JSON.parse(readFileSync(join(folder, file), 'utf8'))))
  )
}

function flat(path: string, value: unknown): [string, string][] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${path} is neither a text nor a group of texts.`)
  const joined = (key: string): string => (path.endsWith(':') ? path + key : `${path}.${key}`)
  return Object.entries(value).flatMap(([key, inner]) => flat(joined(key), inner))
}

if (isStarted(import.meta)) {
  const languages = new Map(['en', 'de', 'cs'].map((language) => [language, readLanguage(join('locales', language))]))
  const sources = [...filesIn('src', '.ts'), ...filesIn('views', '.ejs')].flatMap(textsOfFile)
  report('Translations', [...textProblems(languages), ...useProblems(languages.get('en')!, sources)])
}
