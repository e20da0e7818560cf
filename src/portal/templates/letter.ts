/** A template made ready for many people: what is the same for all is drawn once; for each one only his values are put in. */
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import ejs from 'ejs'
import type { Locale } from '../../host/catalog.js'
import { asHtml, asLine, asText, merged, type MergeValues } from '../../messages/merge-fields.js'
import { translator } from '../../web/locale.js'
import { projectFolder } from '../../web/project-folder.js'
import type { Portal } from '../configuration.js'
import { lightShades, nearestReadable, readColour, type Shades } from '../portals/theme.js'
import { drawLinks, formatted, linkField } from './mail-format.js'
import { buttonWords, type Template, type TemplateKind } from './mail-templates.js'
import { textPart } from './text-part.js'

export interface LetterStyle {
  readonly kind: TemplateKind
  readonly language: Locale
  /** Whose accent colours the button. */
  readonly portal: Pick<Portal, 'accent'>
}

/** Subject and two bodies of one mail; text and HTML say the same. */
export interface Letter {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The letter with these values in it: in HTML and subject they are words, never markup or a further line (A49). */
export function writeLetter(template: Template, style: LetterStyle, values: MergeValues): Letter {
  const drawn = drawnWith(template, style)
  const subject = asLine(merged(template.subject, values, asLine))
  return {
    subject,
    text: merged(drawn.text, values, asText),
    html: merged(drawn.html, { ...values, [subjectField]: subject }, asHtml)
  }
}

type Drawn = Omit<Letter, 'subject'>

/** Templates are the same objects until the configuration changes. */
const drawnTemplates = new WeakMap<Template, Map<string, Drawn>>()

function drawnWith(template: Template, style: LetterStyle): Drawn {
  const name = [style.kind, style.language, style.portal.accent].join(' ')
  const ofTemplate = drawnTemplates.get(template) ?? new Map<string, Drawn>()
  drawnTemplates.set(template, ofTemplate)
  const drawn = ofTemplate.get(name) ?? draw(template, style)
  ofTemplate.set(name, drawn)
  return drawn
}

/** The document's title; no field of a template can be called so. */
const subjectField = '*subject'
const frame = ejs.compile(readFileSync(join(projectFolder('views/mail'), 'letter-mail.ejs'), 'utf8'))

function draw(template: Template, { kind, language, portal }: LetterStyle): Drawn {
  const button = buttonWords(kind, language)
  const body = formatted(template.body, template.hasButton ? button : linkField)
  const shades = shadesOf(portal)
  const paint = template.hasButton ? buttonStyle(shades) : `color:${shades.ink}`
  const html = frame({
    locale: language,
    subject: `{{${subjectField}}}`,
    accent: shades.ink,
    body: drawLinks(body, (label) => `<a href="${linkField}" style="${paint}">${label}</a>`),
    spare: template.hasButton ? { words: translator(language)('mail:plainLink'), link: linkField } : undefined
  })
  return { html, text: textPart(body) }
}

/** Portico's own where the portal has no accent. */
function shadesOf({ accent }: Pick<Portal, 'accent'>): Shades {
  return lightShades(nearestReadable(readColour(accent ?? '') ?? '#0f6674'))
}

function buttonStyle({ ink, onInk }: Shades): string {
  const box = 'display:inline-block;padding:12px 20px;border-radius:8px;font-weight:600;text-decoration:none'
  return `${box};background:${ink};color:${onInk}`
}
