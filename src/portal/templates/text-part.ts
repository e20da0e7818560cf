/** The plain text of a mail, from the HTML that `formatted` made: it says the same. */

/** Paragraphs with an empty line between; addresses behind their words; `{{fields}}` as they stand. */
export function textPart(html: string): string {
  const inline = numbered(html.replace(/\s+/g, ' '))
    .replace(/<(p|div|td)[^>]*> ?<a href="([^"]*)">((?:(?!<\/a>).)*)<\/a> ?<\/\1>/g, (_, __, href, label) =>
      block(alone(href as string, label as string))
    )
    .replace(/<a href="([^"]*)">(.*?)<\/a>/g, (_, href: string, label: string) => within(href, label))
    .replace(/<img [^>]*?alt="([^"]*)"[^>]*>/g, '$1')
  const lines = inline
    .replace(/<br[^>]*> ?/g, '\n')
    .replace(/<hr[^>]*>/g, '\n\n---\n\n')
    .replace(/<li[^>]*>/g, '\n- ')
    .replace(/<\/t[dh]>/g, ' ')
    .replace(/<\/tr>/g, '\n')
    .replace(/<\/?(p|div|h[1-3]|ul|ol|blockquote|table)\b[^>]*>/g, '\n\n')
  return tidy(unescaped(lines.replace(/<[^>]*>/g, '')))
}

/** The items of a list in the order of their numbers. */
function numbered(html: string): string {
  return html.replace(/<ol(?: start="(\d+)")?[^>]*>((?:(?!<\/?[ou]l\b).)*)<\/ol>/g, (_, start, items: string) => {
    let number = Number(start ?? 1) - 1
    return `\n\n${items.replace(/<li[^>]*>/g, () => `\n${(number += 1)}. `).replace(/<\/li>/g, '')}\n\n`
  })
}

function alone(href: string, label: string): string {
  const words = wordsIn(label)
  return words === href || words === '' ? href : `${words}:\n${href}`
}

function within(href: string, label: string): string {
  const words = wordsIn(label)
  if (words === href || href === `mailto:${words}`) return words
  return words === '' ? href : `${words} (${href})`
}

function wordsIn(label: string): string {
  return label
    .replace(/<img [^>]*?alt="([^"]*)"[^>]*>/g, '$1')
    .replace(/<[^>]*>/g, '')
    .trim()
}

function block(text: string): string {
  return `\n\n${text}\n\n`
}

function tidy(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** What the sanitizer escapes. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
