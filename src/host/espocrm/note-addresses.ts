/** Addresses of records in notes, as EspoCRM keeps them and as people read them. */

/** EspoCRM keeps the address of one of its records as `[Case/1](#Case/view/1)`, which says nothing outside its own pages:
 *  the reader gets the address that was written. */
export function withWholeAddresses(text: string, siteUrl: string): string {
  return text.replace(shortened, (_, record: string) => `${siteUrl}/#${record.replace('/', '/view/')}`)
}

/** Is there an address in the text that EspoCRM shortened? */
export function isShortened(text: string): boolean {
  return text.search(shortened) >= 0
}

const shortened = /(?<=^|\s)\[([A-Z][A-Za-z0-9]*\/[A-Za-z0-9-]*)\]\(#(?<type>[A-Z][A-Za-z0-9]*)\/view\/[A-Za-z0-9-]*\)/g
