/** What Apache is told alike in its own configuration and in an `.htaccess` file. */
import { schemeOf, unsetHeaders } from './headers.js'
import { commented } from './lines.js'
import type { CheckedSetup } from './setup.js'
import { literally } from './site-words.js'

/** Begins a pattern of requests as they arrived, still encoded: what Apache decodes for its own use can't be encoded again as it was.
 *  Whole addresses may be asked for with any scheme, spelled in any way. */
export const asked = '^\\S+ (?:[A-Za-z][A-Za-z0-9+.-]*://[^/?\\s]*)?'

/** The rule that follows is for this host name alone, however it is spelled: Apache, too, overlooks a dot at its end. */
export function hostCondition({ site }: CheckedSetup, flags = 'NC'): string {
  return `RewriteCond %{HTTP_HOST} ^${literally(site.hostname)}\\.*(?::.*)?$ [${flags}]`
}

/** What none of the rules before took is nobody's: nothing falls through to the folder's files. */
export const nothingElse = 'RewriteRule ^ - [R=404,L]'

/** `condition` stands behind each line. What `Connection` names Apache would take out again, so what is ours may not stand there. */
export function headerLines(setup: CheckedSetup, condition = ''): string[] {
  return [
    ...commented('What visitors write into these headers themselves must not reach Portico.'),
    ...unsetHeaders(setup).map((name) => `RequestHeader unset ${name}${condition}`),
    `RequestHeader set X-Forwarded-Proto "${schemeOf(setup)}"${condition}`,
    `RequestHeader edit* Connection "(?i)x-forwarded-[a-z]+" x${condition}`
  ]
}
