/** The text of a dashlet: paragraphs, lists, bold words and links, written without HTML. */
import { safeHtml, type SafeHtml } from '../../web/rich-text.js'

/** An empty line begins a paragraph, `- ` an item of a list; `**bold**`, `[label](https://…)` and bare addresses of
 *  the web. Everything else is shown as it was typed. */
export function formattedText(text: string): SafeHtml {
  const blocks = text.replace(/\r\n?/g, '\n').split(/\n[ \t]*\n/)
  return safeHtml(blocks.map(block).join(''))
}

function block(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0) return ''
  if (lines.every((line) => /^\s*[-*] /.test(line)))
    return `<ul>${lines.map((line) => `<li>${inline(line.replace(/^\s*[-*] /, ''))}</li>`).join('')}</ul>`
  return `<p>${lines.map(inline).join('<br>')}</p>`
}

/** Addresses are taken out first, so that nothing inside them is read as bold. */
function inline(text: string): string {
  const parts = text.split(/(\[[^\]\n]+\]\((?:https?:\/\/|mailto:)[^\s)]+\)|https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/)
  return parts.map((part, index) => (index % 2 === 1 ? link(part) : bold(escaped(part)))).join('')
}

function link(text: string): string {
  const [, label = text, address = text] = /^\[([^\]]+)\]\((.+)\)$/.exec(text) ?? []
  return `<a href="${escaped(address)}">${escaped(label)}</a>`
}

function bold(text: string): string {
  return text.replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
