/** The text of an `.htaccess` file: what can be had without access to Apache's own configuration. */
import { asked, headerLines, hostCondition } from './apache-rules.js'
import { wordsOnFront } from './headers.js'
import { commented, linesOf } from './lines.js'
import type { CheckedSetup } from './setup.js'

/** For people who can only put a file into a folder: the server's administrator has to allow it. */
export function htaccessText(setup: CheckedSetup): string {
  const { site, backends } = setup
  const host = hostCondition(setup)
  return linesOf(
    commented(
      `Portico at ${site.url}, Apache, without access to its configuration.`,
      `Save it as .htaccess in the folder that ${site.url}/ shows; best, nothing else is in it.`,
      'The server must have mod_rewrite, mod_proxy, mod_proxy_http and mod_headers, and allow this (AllowOverride FileInfo);',
      'addresses with %2F work only where it also has "AllowEncodedSlashes NoDecode".',
      ...wordsOnFront(setup)
    ),
    'RewriteEngine On',
    'RewriteCond %{REQUEST_METHOD} =TRACE',
    'RewriteRule ^ - [F]',
    ...(setup.isWholeHost
      ? [
          ...commented("The CRM's client files and those of certificates (ACME) are left alone."),
          host,
          'RewriteRule ^(?:client|\\.well-known/acme-challenge)(?:/|$) - [L]'
        ]
      : []),
    host,
    `RewriteCond %{THE_REQUEST} "${asked}(/[^?\\s]*)"`,
    `RewriteRule ^ http://${backends[0]}%1 [P,NE,L,E=PORTICO:1]`,
    ...headerLines(setup, ' env=PORTICO')
  )
}
