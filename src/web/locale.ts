/** Languages: translations, and which one a request is answered in. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Router, type Request, type RequestHandler, type Response } from 'express'
import i18next, { type Resource } from 'i18next'
import { locales, type Locale } from '../host/catalog.js'
import { PorticoError } from '../errors.js'
import { projectFolder } from './project-folder.js'
import { sameSitePath } from './return-path.js'
import { cookieOptions } from './site.js'

export type Translate = (key: string, args?: Record<string, string | number>) => string

/** The languages to choose from, each by its own name. */
export const languageChoices = [
  { value: 'en', label: 'English' },
  { value: 'de', label: 'Deutsch' },
  { value: 'cs', label: 'Čeština' }
] as const satisfies readonly { value: Locale; label: string }[]

const translations = i18next.createInstance()
const resources = readTranslations(projectFolder('locales'))
void translations.init({
  resources,
  ns: Object.keys(resources.en ?? {}),
  fallbackLng: 'en',
  supportedLngs: [...locales],
  initAsync: false,
  interpolation: { escapeValue: false }
})

function readTranslations(folder: string): Resource {
  return Object.fromEntries(locales.map((locale) => [locale, readLanguage(join(folder, locale))]))
}

function readLanguage(folder: string): Resource[string] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return Object.fromEntries(
    files.map((file) => [basename(file, '.json'), JSON.parse(readFileSync(join(folder, file), 'utf8'))])
  )
}

const translators = Object.fromEntries(locales.map((locale) => [locale, makeTranslator(locale)])) as Record<
  Locale,
  Translate
>

/** Translates `namespace:place.thing`; `errors.thing` is `errors:thing`. A key without a text gives the key. */
export function translator(locale: Locale): Translate {
  return translators[locale]
}

function makeTranslator(locale: Locale): Translate {
  const fixed = translations.getFixedT(locale)
  return (key, args = {}) => fixed(key.replace(/^errors\./, 'errors:'), { defaultValue: key, ...args })
}

/** The language a word of an address means, if it is one. */
export function localeIn(word: unknown): Locale | undefined {
  return isLocale(word) ? word : undefined
}

function isLocale(word: unknown): word is Locale {
  return locales.some((locale) => locale === word)
}

const languageCookie = 'portico_language'

/** The language of this request: what the visitor chose, then his own, then the door's, then his browser's, then English. */
export function localeFor(req: Request, known: { person?: Locale; door?: Locale } = {}): Locale {
  return chosenLocale(req) ?? known.person ?? known.door ?? browserLocale(req) ?? 'en'
}

function chosenLocale(req: Request): Locale | undefined {
  const chosen: unknown = req.cookies?.[languageCookie]
  return isLocale(chosen) ? chosen : undefined
}

function browserLocale(req: Request): Locale | undefined {
  const accepted = req.acceptsLanguages([...locales])
  return isLocale(accepted) ? accepted : undefined
}

/** The country the browser names (`de-AT` → `AT`), if it names one. */
export function browserCountry(req: Request): string | undefined {
  const region = /^[a-z]{2,3}-([A-Z]{2})\b/i.exec(req.get('accept-language') ?? '')?.[1]
  return region?.toUpperCase()
}

/** Gives every request a language; areas that know the person or the door set a better one. */
export function requestLocale(): RequestHandler {
  return (req, res, next) => {
    req.locale = localeFor(req)
    res.vary('Accept-Language')
    next()
  }
}

/** From now on the person's own language counts again. */
export function forgetChosenLocale(req: Request, res: Response): void {
  res.clearCookie(languageCookie, cookieOptions(req.site))
}

/** `POST /language`: remembers the visitor's choice (`locale`) and goes back to where he was (`to`). */
export function languagePages(): Router {
  const router = Router()
  router.post('/language', (req, res) => {
    if (!isLocale(req.body?.locale)) throw new PorticoError('errors.badRequest', { status: 400 })
    res.cookie(languageCookie, req.body.locale, { ...cookieOptions(req.site), maxAge: 365 * 24 * 60 * 60 * 1000 })
    res.redirect(303, sameSitePath(req.body.to) ?? `${req.site.mount}/`)
  })
  return router
}
