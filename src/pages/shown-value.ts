/** How a value of a record is shown: as words, a badge or a link, prepared so that views only print. */
import { isMoney, isReference, type Value, type ViewedRecord } from '../access/record.js'
import type { Field, LayoutSection, Module, Option } from '../host/catalog.js'
import type { Translate } from '../web/locale.js'
import type { FileInfo } from '../host/host.js'
import type { Format } from '../web/format.js'
import { plainText as wordsOf, safeHtml, type SafeHtml } from '../web/rich-text.js'
import { isUrl } from '../url.js'

/** In characters, for HTML in a list. */
const longestCell = 120

export interface ShownValue {
  readonly label: string
  readonly field: string
  readonly kind: 'text' | 'prose' | 'badges' | 'link' | 'html' | 'files'
  /** Of HTML its first words, for places that show no HTML. */
  readonly text: string
  readonly href: string | undefined
  readonly badges: readonly Option[]
  readonly html: SafeHtml | undefined
  readonly files: readonly FileLink[]
  readonly isNumber: boolean
}

interface FileLink {
  readonly name: string
  /** In bytes. */
  readonly size: number
  readonly url: string
}

/** What showing needs to know of the page it is for. */
export interface Showing {
  readonly t: Translate
  readonly format: Format
  /** The web address of a record, or undefined where it has no page of its own for this reader. */
  recordUrl(module: string, id: string): string | undefined
  /** Where a file in a field of a record is downloaded. */
  fileUrl(place: FilePlace, file: FileInfo): string
}

/** A field of a record. */
interface FilePlace {
  readonly module: string
  readonly id: string
  readonly field: string
}

export function shownValues(showing: Showing, record: ViewedRecord, names: readonly string[]): ShownValue[] {
  return names.flatMap((name) => {
    const field = record.module.fields.get(name)
    return field && name in record.values ? [shownValue(showing, record, field)] : []
  })
}

/** Of HTML, where there is room for a line only, its first words. */
export function inFewWords(value: ShownValue): ShownValue {
  return value.kind === 'html' ? { ...value, kind: 'text', html: undefined } : value
}

/** The field that says how far a record has come: its status or its stage. */
export function statusField(module: Module): Field | undefined {
  return ['status', 'stage'].map((name) => module.fields.get(name)).find((field) => field?.type === 'option')
}

/** What is shown of it beside the title. */
export function statusOf({ module, values }: ViewedRecord): Option | undefined {
  const field = statusField(module)
  return field?.options.find((option) => option.value === values[field.name])
}

/** What a record holds in a field, in words; '' for nothing and for what is hidden. */
export function shownText(showing: Showing, record: ViewedRecord, name: string): string {
  const [value] = shownValues(showing, record, [name])
  return value ? [...value.badges.map(({ label }) => label), value.text].filter((text) => text !== '').join(', ') : ''
}

function shownValue(showing: Showing, record: ViewedRecord, field: Field): ShownValue {
  const value = record.values[field.name] ?? null
  const plain = {
    label: field.label,
    field: field.name,
    kind: 'text',
    text: '',
    href: undefined,
    badges: [],
    html: undefined,
    files: [],
    isNumber: false
  } as const
  if (value === null || value === '') return plain
  switch (field.type) {
    case 'option':
    case 'options':
      return { ...plain, kind: 'badges', badges: [value].flat().map((one) => optionOf(field, String(one))) }
    case 'reference':
      return { ...plain, kind: 'link', ...referenceText(showing, value) }
    case 'longText':
      return { ...plain, kind: 'prose', text: String(value) }
    case 'richText':
      return { ...plain, kind: 'html', text: wordsOf(String(value), longestCell), html: safeHtml(String(value)) }
    case 'files':
      return { ...plain, kind: 'files', files: fileLinks(showing, record, field.name, value) }
    case 'email':
      return {
        ...plain,
        kind: 'link',
        text: String(value),
        href: `mailto:${encodeURIComponent(String(value)).replace('%40', '@')}`
      }
    case 'phone':
      return {
        ...plain,
        kind: 'link',
        text: showing.format.address(value),
        href: `tel:${String(value).replace(/[^+\d]/g, '')}`
      }
    case 'url':
      return { ...plain, kind: 'link', text: String(value), href: webAddress(String(value)) }
    default:
      return {
        ...plain,
        text: plainText(showing, field, value),
        isNumber: ['integer', 'number', 'money'].includes(field.type)
      }
  }
}

export interface ShownSection {
  readonly label: string
  readonly values: readonly ShownValue[]
}

/** These sections with what the record shows of them; one that shows nothing isn't there. */
export function shownSections(
  showing: Showing,
  record: ViewedRecord,
  sections: readonly LayoutSection[]
): ShownSection[] {
  return sections
    .map(({ label, fields }) => ({ label, values: shownValues(showing, record, fields) }))
    .filter(({ values }) => values.length > 0)
}

/** The fields of its page. A name that is made of other fields is the heading and isn't repeated, and a reference that never tells its
 *  reader anything isn't there. */
export function toldFields({ module, values }: ViewedRecord, silent: ReadonlySet<string> = new Set()): string[] {
  const isMade = module.fields.get(module.title)?.storage.kind === 'joined'
  return Object.keys(values).filter((name) => !silent.has(name) && !(isMade && name === module.title))
}

function optionOf(field: Field, value: string): Option {
  return field.options.find((option) => option.value === value) ?? { value, label: value, tone: 'neutral' }
}

function referenceText({ recordUrl }: Showing, value: Value): Pick<ShownValue, 'text' | 'href'> {
  if (!isReference(value) || value.title === undefined) return { text: '', href: undefined }
  return { text: value.title, href: value.id === '' ? undefined : recordUrl(value.module, value.id) }
}

function fileLinks({ fileUrl }: Showing, { module, id }: ViewedRecord, field: string, value: Value): FileLink[] {
  const files = Array.isArray(value) ? value.filter((one) => typeof one !== 'string') : []
  return files.map((file: FileInfo) => ({
    name: file.name,
    size: file.size,
    url: fileUrl({ module: module.name, id, field }, file)
  }))
}

/** Only addresses of the web are links; a `javascript:` typed by a customer stays text (A23). */
function webAddress(text: string): string | undefined {
  return /^https?:\/\//i.test(text) && isUrl(text) ? text : undefined
}

function plainText({ t, format }: Showing, field: Field, value: Value): string {
  switch (field.type) {
    case 'boolean':
      return t(value === true ? 'web:yes' : 'web:no')
    case 'integer':
    case 'number':
      return format.number(value)
    case 'money':
      return isMoney(value) ? format.money(value.amount, value.currency ?? null) : format.money(value)
    case 'date':
      return format.date(value)
    case 'datetime':
      return format.datetime(value)
    default:
      return String(value)
  }
}
