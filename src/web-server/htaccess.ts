/** The text of an `.htaccess` file: what can be had without access to Apache's own configuration. */
import { asked, headerLines, hostCondition, nothingElse } from './apache-rules.js'
import { wordsOnFront } from './headers.js'
import { commented, linesOf } from './lines.js'
import type { CheckedSetup } from './setup.js'
import { literally } from './site-words.js'

/** For people who can only put a file into a folder: the server's administrator has to allow it. */
export function htaccessText(setup: CheckedSetup): string {
  const { site, backends } = setup
  const host = hostConditions(setup)
  return linesOf(
    commented(
      `Portico at ${site.url}, Apache, without access to its configuration.`,
      `Save it as .htaccess in the folder that ${site.url}/ shows; best, nothing else is in it.`,
      'Where the CRM is in that folder, put it before what its .htaccess says, and also into each folder below whose',
      '.htaccess has rules of its own: there, these are not looked at else.',
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
          ...host,
          'RewriteCond %{REQUEST_URI} ^/(?:client|\\.well-known/acme-challenge)(?:/|$)',
          'RewriteRule ^ - [L]'
        ]
      : []),
    ...host,
    `RewriteCond %{THE_REQUEST} "${asked}(/[^?\\s]*)"`,
    `RewriteRule ^ http://${backends[0]}%1 [P,NE,L,E=PORTICO:1,E=no-gzip:1]`,
    ...commented(
      'Nothing else that is asked for by this host name comes from the folder; other host names go on as before.'
    ),
    ...host,
    nothingElse,
    ...headerLines(setup, ' env=PORTICO')
  )
}

/** Who says no Host (HTTP/1.0) can name it in the address; what lies in the folder may not be his either. */
function hostConditions(setup: CheckedSetup): string[] {
  return [
    hostCondition(setup, 'NC,OR'),
    `RewriteCond %{HTTP_HOST}/%{SERVER_NAME} ^/${literally(setup.site.hostname)}$ [NC]`
  ]
}
