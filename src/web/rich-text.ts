/** HTML that the CRM's people and their mail programs wrote, made harmless: for pages as HTML of few words, for lists as text (A23). */
import sanitizeHtml, { type IOptions } from 'sanitize-html'

declare const sanitized: unique symbol
/** HTML that `safeHtml` made. Views print it as it is, by one partial alone (`_rich-text.ejs`). */
export type SafeHtml = string & { readonly [sanitized]: true }

/** In characters. What is longer is cut before it is read: an article is a hundredth of it. */
const longestHtml = 500_000
const longestForText = 20_000

/** Elements whose content is no text of the author's. */
export const silentElements = [
  'script',
  'style',
  'textarea',
  'option',
  'noscript',
  'title',
  'template',
  'svg',
  'math',
  'iframe',
  'object'
]

const rules: IOptions = {
  allowedTags: [
    ...['p', 'div', 'br', 'hr', 'blockquote', 'pre', 'code', 'strong', 'b', 'em', 'i', 'u', 's', 'sub', 'sup', 'a'],
    ...['ul', 'ol', 'li', 'h3', 'h4', 'h5', 'h6'],
    ...['table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td']
  ],
  allowedAttributes: { a: ['href', 'rel'], th: ['colspan', 'rowspan', 'scope'], td: ['colspan', 'rowspan'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nonTextTags: silentElements,
  nestingLimit: 50,
  transformTags: { h1: 'h3', h2: 'h4', h3: 'h5', h4: 'h6', h5: 'h6', a: (_, { href }) => link(href) }
}

/** Words, lists, headings below the page's own, tables and links to the web; no pictures, no styles, nothing that runs. */
export function safeHtml(html: string): SafeHtml {
  return sanitizeHtml(html.slice(0, longestHtml), rules) as SafeHtml
}

/** The words alone, in one line of at most `longest` characters. */
export function plainText(html: string, longest: number): string {
  const apart = html.slice(0, longestForText).replace(/<(?=\/?(p|div|br|hr|li|tr|t[dh]|h[1-6])\b)/gi, ' <')
  const escaped = sanitizeHtml(apart, { allowedTags: [], allowedAttributes: {}, nonTextTags: silentElements })
  const words = [...unescaped(escaped).replace(/\s+/g, ' ').trim()]
  return words.length > longest
    ? `${words
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`
    : words.join('')
}

/** An address without a scheme would lead into our own pages, or those of the CRM: no link. */
function link(href: string | undefined): { tagName: 'a'; attribs: Record<string, string> } {
  const isOutside = href !== undefined && /^(https?|mailto):/i.test(href.trim())
  return { tagName: 'a', attribs: isOutside ? { href: href.trim(), rel: 'noopener noreferrer nofollow' } : {} }
}

/** What the sanitizer escapes in text. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
