/** The text for nginx: a server of its own, or locations for an address with a path. */
import { schemeOf, unsetHeaders, wordsOnFront } from './headers.js'
import { commented, indented, linesOf } from './lines.js'
import type { CheckedSetup } from './setup.js'
import { literally } from './site-words.js'

const acme = '/.well-known/acme-challenge/'

/** Stands before what belongs into the `http` block and into the `server` block. */
const httpBlock = 'In the http block, such as in a file of its own in /etc/nginx/conf.d:'

export function nginxText(setup: CheckedSetup): string {
  return setup.isWholeHost ? ownServer(setup) : locations(setup)
}

function ownServer(setup: CheckedSetup): string {
  const { name, site, certificate } = setup
  return linesOf(
    commented(
      `Portico at ${site.url}, nginx, ${setup.mode}.`,
      `Save it as /etc/nginx/sites-available/portico-${name}, then:`,
      `  ln -s ../sites-available/portico-${name} /etc/nginx/sites-enabled/ && nginx -t && systemctl reload nginx`,
      ...wordsOnFront(setup)
    ),
    upstream(setup),
    certificate && redirectToTls(setup),
    'server {',
    ...indented(
      ...listenLines(setup),
      ...acmeLines(setup),
      ...(setup.mode === 'rewrite' ? clientFiles(setup) : []),
      'location / {',
      ...indented(...passing(setup)),
      '}'
    ),
    '}'
  )
}

/** Nobody is ever left out: who doesn't answer is passed over with each request, so that a group that is restarted one by one is never empty. */
function upstream({ backends, name }: CheckedSetup): string[] {
  if (backends.length === 1) return []
  return [
    `upstream portico-${name} {`,
    ...indented(...backends.map((backend) => `server ${backend} max_fails=0;`)),
    '}'
  ]
}

function redirectToTls({ site, root }: CheckedSetup): string[] {
  return [
    'server {',
    ...indented(
      'listen 80;',
      'listen [::]:80;',
      `server_name ${site.hostname};`,
      ...acmeLines({ root }),
      'location / {',
      ...indented(
        `if ($host != "${site.hostname}") {`,
        ...indented('return 404;'),
        '}',
        `return 301 ${site.url}$request_uri;`
      ),
      '}'
    ),
    '}'
  ]
}

/** Certificates are asked for at the web server, not at Portico. */
function acmeLines({ root }: Pick<CheckedSetup, 'root'>): string[] {
  return [`location ^~ ${acme} {`, ...indented(`root "${root}";`), '}']
}

/** The CRM's client files are left alone. */
function clientFiles({ root }: Pick<CheckedSetup, 'root'>): string[] {
  return ['location ^~ /client/ {', ...indented(`root "${root}";`), '}']
}

function listenLines({ site, port, certificate, isBehindFront }: CheckedSetup): string[] {
  const how = `${isBehindFront ? 80 : port}${certificate ? ' ssl' : ''}`
  return [
    `listen ${how};`,
    `listen [::]:${how};`,
    `server_name ${site.hostname};`,
    ...(certificate
      ? [
          'ssl_protocols TLSv1.2 TLSv1.3;',
          `ssl_certificate "${certificate.certificate}";`,
          `ssl_certificate_key "${certificate.key}";`
        ]
      : [])
  ]
}

function locations(setup: CheckedSetup): string {
  const { site, backends } = setup
  return linesOf(
    commented(`Portico at ${site.url}, nginx, ${setup.mode}.`, ...wordsOnFront(setup)),
    backends.length > 1 ? [...commented(httpBlock), ...upstream(setup)] : [],
    commented(
      `In the server block of ${site.hostname} (the one with TLS, where there is one); then:`,
      '  nginx -t && systemctl reload nginx'
    ),
    `location = ${site.mount} {`,
    ...indented(`rewrite ^ ${site.mount}/ last;`),
    '}',
    `location ^~ ${site.mount}/ {`,
    ...indented(...passing(setup)),
    '}'
  )
}

/** Addresses are passed on as they came, bodies and answers as they come. */
function passing(setup: CheckedSetup): string[] {
  return [
    ...(setup.mode === 'rewrite' ? rewriting(setup) : [`proxy_pass http://${groupOf(setup)};`]),
    'proxy_http_version 1.1;',
    `client_max_body_size ${setup.largestRequest};`,
    'proxy_request_buffering off;',
    'proxy_buffering off;',
    'gzip off;',
    'proxy_connect_timeout 2s;',
    'proxy_send_timeout 300s;',
    'proxy_read_timeout 300s;',
    'proxy_next_upstream error;',
    ...headerLines(setup)
  ]
}

function headerLines(setup: CheckedSetup): string[] {
  const { isBehindFront } = setup
  const host = hostOf(setup)
  const own = ['X-Forwarded-For', 'X-Forwarded-Host']
  return [
    'proxy_set_header Connection "";',
    `proxy_set_header Host ${host};`,
    `proxy_set_header X-Forwarded-Host ${host};`,
    `proxy_set_header X-Forwarded-For ${isBehindFront ? '$proxy_add_x_forwarded_for' : '$remote_addr'};`,
    `proxy_set_header X-Forwarded-Proto ${schemeOf(setup)};`,
    ...commented('What visitors write into these headers themselves must not reach Portico.'),
    ...unsetHeaders(setup)
      .filter((name) => !own.includes(name))
      .map((name) => `proxy_set_header ${name} "";`)
  ]
}

/** The host name that was asked for, with the port that visitors type. */
function hostOf({ site }: CheckedSetup): string {
  const { port } = new URL(site.url)
  return port === '' ? '$host' : `$host:${port}`
}

/** Everything is the portal's; what is rewritten already loses that first. A group with a name is taken as it came, `$1` would be encoded again. */
function rewriting(setup: CheckedSetup): string[] {
  const { mount, rewrittenTo } = setup.site
  const rewritten = `(?:${literally(rewrittenTo)}(?=[/?]|$))?`
  const group = groupOf(setup)
  return [
    'set $portico_path "";',
    `if ($request_uri ~ "^${literally(mount)}${rewritten}(?<portico_asked>[/?].*)$") {`,
    ...indented('set $portico_path $portico_asked;'),
    '}',
    `proxy_pass http://${group}${rewrittenTo}$portico_path;`
  ]
}

function groupOf({ backends, name }: CheckedSetup): string {
  return backends.length === 1 ? backends[0]! : `portico-${name}`
}
