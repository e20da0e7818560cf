/** The format of mail templates: Markdown with a little HTML in it, made harmless by one list of what is allowed, as HTML and as plain text (Z17). */
import type MarkdownIt from 'markdown-it'
import sanitizeHtml, { type IOptions } from 'sanitize-html'
import { onDemand } from '../../on-demand.js'
import { silentElements } from '../../web/rich-text.js'

/** What stands in a template for the address behind the link or button. */
export const linkField = '{{link}}'

/** What HTML in a template may consist of; the guide beside the form names the same. */
const allowed = {
  tags: [
    ...['p', 'div', 'span', 'br', 'hr', 'h1', 'h2', 'h3', 'strong', 'b', 'em', 'i', 'u', 's', 'small', 'sub', 'sup'],
    ...['a', 'img', 'ul', 'ol', 'li', 'blockquote', 'code', 'font'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td']
  ],
  styles: ['color', 'background-color', 'font-size', 'font-family', 'font-weight', 'font-style', 'text-align']
} as const

const colour = [
  /^#([0-9a-f]{3}|[0-9a-f]{6})$/i,
  /^rgb\(\s*(\d{1,3}\s*,\s*){2}\d{1,3}\s*\)$/i,
  /^(?!transparent$)[a-z]{3,20}$/i
]
const stylePatterns: Record<(typeof allowed.styles)[number], RegExp[]> = {
  color: colour,
  'background-color': colour,
  'font-size': [
    /^([89]|[1-3]\d|4[0-8])(\.\d+)?px$/,
    /^([6-9]|[12]\d|3[0-6])(\.\d+)?pt$/,
    /^(0\.[6-9]\d?|[12](\.\d+)?|3)r?em$/
  ],
  'font-family': [/^[\w\s,'"-]{1,100}$/],
  'font-weight': [/^(normal|bold|[1-9]00)$/],
  'font-style': [/^(normal|italic)$/],
  'text-align': [/^(left|center|right|justify)$/]
}

const alignments = ['left', 'center', 'right', 'justify']
const align = { name: 'align', multiple: false, values: alignments }
/** HTML of the words above; `{{fields}}` still stand in it as text, and `{{link}}` as the whole address of links. */
export function formatted(body: string, linkLabel: string): string {
  return sanitizeHtml(markdown().render(tidyFields(body)), rulesWith(linkLabel)).trim()
}

/** Whether there is a link to follow: something that can be seen, with the address behind it. */
export function hasLink(html: string): boolean {
  return [...html.matchAll(actionLink)].some(([, label = '']) =>
    /<img |[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u.test(label.replace(/<(?!img )[^>]*>/g, ''))
  )
}

/** The links to the address, with what `draw` draws for each label. */
export function drawLinks(html: string, draw: (label: string) => string): string {
  return html.replace(actionLink, (_, label: string) => draw(label))
}

/** Whether a field stands inside the address of a link or picture, where its value would go to somebody else; the link itself is none. */
export function hasFieldInAddress(body: string): boolean {
  const written = markdown()
    .render(tidyFields(body))
    .matchAll(/\s(?:href|src)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi)
  const addresses = [...written].map(([, address = '']) => address.replace(/^["']|["']$/g, ''))
  return addresses.some((address) => address !== linkField && /\{\{|%7B%7B|&#123;/i.test(address))
}

const actionLink = /<a href="\{\{link\}\}">([\s\S]*?)<\/a>/g

const library = onDemand<typeof MarkdownIt>('markdown-it')
let made: ReturnType<typeof makeMarkdown> | undefined

const markdown = () => (made ??= makeMarkdown())

function makeMarkdown() {
  const reader = new (library())({ html: true, linkify: true, breaks: true })
  reader.linkify.set({ fuzzyLink: false, fuzzyEmail: true })
  reader.disable(['code', 'fence'])
  const plainNormalizeLink = reader.normalizeLink.bind(reader)
  reader.normalizeLink = (url) => (url === linkField ? url : plainNormalizeLink(url))
  reader.inline.ruler.before('escape', 'merge field', (state, silently) => {
    const [field] = /^\{\{[^{}]*\}\}/.exec(state.src.slice(state.pos, state.pos + 100)) ?? []
    if (field === undefined) return false
    if (!silently) state.push('text', '', 0).content = field
    state.pos += field.length
    return true
  })
  return reader
}

/** `{{ name }}` is `{{name}}`: an address must not have spaces. */
function tidyFields(body: string): string {
  return body.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, '{{$1}}')
}

function rulesWith(linkLabel: string): IOptions {
  const action = `<a href="${linkField}">${linkLabel}</a>`
  return {
    ...rules,
    textFilter: (text, tagName) => (tagName === 'a' || tagName === 'code' ? text : text.replaceAll(linkField, action))
  }
}

const rules: IOptions = {
  allowedTags: [...allowed.tags],
  allowedAttributes: {
    '*': ['style'],
    a: ['href'],
    img: ['src', 'alt', 'width', 'height'],
    font: ['color', 'size'],
    ...Object.fromEntries(['p', 'div', 'h1', 'h2', 'h3', 'tr'].map((tag) => [tag, [align]])),
    th: ['colspan', 'rowspan', align],
    td: ['colspan', 'rowspan', align],
    ol: ['start']
  },
  allowedStyles: { '*': stylePatterns },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['https'] },
  allowProtocolRelative: false,
  nonTextTags: silentElements,
  nestingLimit: 50,
  transformTags: { a: (_, { href }) => link(href), img: (_, { style: _style, ...attribs }) => picture(attribs) },
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !attribs['src']
}

/** An address without a scheme would lead nowhere from a mail. */
function link(href = ''): { tagName: 'a'; attribs: Record<string, string> } {
  const address = href.trim()
  const isAddress = address === linkField || (/^(https?|mailto):/i.test(address) && !/[{}]/.test(address))
  return { tagName: 'a', attribs: isAddress ? { href: address } : {} }
}

/** A value in the address of a picture would be told to whoever keeps the picture. */
function picture({ src = '', alt = '', width = '', height = '' }: Record<string, string>): {
  tagName: 'img'
  attribs: Record<string, string>
} {
  const isAddress = /^https:\/\//i.test(src.trim()) && !/\{\{|%7B%7B/i.test(src)
  const sizes = Object.entries({ width, height }).filter(([, value]) => /^\d{1,4}$/.test(value))
  const words = alt.replace(/[{}]/g, '')
  return { tagName: 'img', attribs: isAddress ? { src: src.trim(), alt: words, ...Object.fromEntries(sizes) } : {} }
}
