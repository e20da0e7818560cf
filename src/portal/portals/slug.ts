/** Slugs: the part of a portal's web address that its name makes. */

const longest = 40

/** `Krause & Söhne GmbH` → `krause-soehne-gmbh`; a name without letters or digits gives `portal` (Z01). */
export function slugOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/ä/g, 'ae')
    .replace(/ö/g, 'oe')
    .replace(/ü/g, 'ue')
    .replace(/ß/g, 'ss')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
  return shortened(plain.replace(/[^a-z0-9]+/g, '-'), longest) || 'portal'
}

/** Lower-case letters, digits and single hyphens inside, 2 to 40 characters. */
export function isSlug(text: string): boolean {
  return text.length >= 2 && text.length <= longest && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text)
}

/** Three slugs like `slug` that `isTaken` says are free (Z01). */
export function freeSlugs(slug: string, isTaken: (slug: string) => boolean): string[] {
  const free: string[] = []
  for (const proposal of proposals(slug)) {
    if (!isTaken(proposal)) free.push(proposal)
    if (free.length === 3) return free
  }
  return free
}

/** Three names like `name` that `isTaken` says are free (Z01). */
export function freeNames(name: string, isTaken: (name: string) => boolean): string[] {
  const free: string[] = []
  for (let number = 2; free.length < 3; number++) {
    const proposal = `${name.trim()} ${number}`
    if (!isTaken(proposal)) free.push(proposal)
  }
  return free
}

function* proposals(slug: string): Generator<string> {
  for (const word of ['portal', 'customers', 'service']) yield withEnding(slug, word)
  for (let number = 2; ; number++) yield withEnding(slug, String(number))
}

function withEnding(slug: string, ending: string): string {
  return `${shortened(slug, longest - ending.length - 1)}-${ending}`
}

function shortened(slug: string, length: number): string {
  return slug.slice(0, length + Number(slug.startsWith('-'))).replace(/^-+|-+$/g, '')
}
