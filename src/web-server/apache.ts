/** The text for Apache's own configuration: a virtual host, or a part of one for an address with a path. */
import { asked, headerLines, hostCondition, nothingElse } from './apache-rules.js'
import { wordsOnFront } from './headers.js'
import { commented, indented, linesOf } from './lines.js'
import type { CheckedSetup } from './setup.js'
import { literally } from './site-words.js'

/** Where the answers to questions about certificates (ACME) are; only the web server has them. */
const acme = '/.well-known/acme-challenge/'

/** The CRM's own, which its pages and portals have in common. */
const client = '/client/'

export function apacheText(setup: CheckedSetup): string {
  return setup.isWholeHost ? virtualHosts(setup) : partOfHost(setup)
}

function virtualHosts(setup: CheckedSetup): string {
  const { name, certificate, site, port } = setup
  return linesOf(
    commented(
      `Portico at ${site.url}, Apache, ${setup.mode}.`,
      `Save it as /etc/apache2/sites-available/portico-${name}.conf, then:`,
      `  a2enmod ${modulesOf(setup).join(' ')}`,
      `  a2ensite portico-${name} && apache2ctl configtest && systemctl reload apache2`,
      ...([80, 443].includes(port) || setup.isBehindFront
        ? []
        : [`Apache needs a line "Listen ${port}" for this port.`]),
      ...wordsOnFront(setup)
    ),
    certificate && [...redirectToTls(setup), ''],
    `<VirtualHost *:${setup.isBehindFront ? 80 : port}>`,
    ...indented(
      ...hostLines(setup, setup.mode === 'rewrite' ? [acme, client] : [acme]),
      ...tlsLines(setup),
      ...balancer(setup),
      ...wholeHostLines,
      ...headerLines(setup),
      ...(setup.mode === 'rewrite' ? rewriting(setup) : proxying(setup))
    ),
    '</VirtualHost>'
  )
}

/** Everything that comes by http is sent to https, but for questions about certificates. */
function redirectToTls(setup: CheckedSetup): string[] {
  return [
    '<VirtualHost *:80>',
    ...indented(
      ...hostLines(setup, [acme]),
      'AllowEncodedSlashes NoDecode',
      'TraceEnable Off',
      'RewriteEngine On',
      `RewriteRule ^${literally(acme)} - [L]`,
      hostCondition(setup),
      `RewriteCond %{THE_REQUEST} "${asked}(/[^?\\s]*)"`,
      `RewriteRule ^ ${setup.site.url}%1 [NE,R=301,L]`,
      nothingElse
    ),
    '</VirtualHost>'
  ]
}

/** `shown`: what of the folder may be read; whatever request gets past all rules finds nothing else there. */
function hostLines({ site, root }: CheckedSetup, shown: readonly string[]): string[] {
  const folder = root.replace(/\/+$/, '')
  return [
    `ServerName ${site.hostname}`,
    `DocumentRoot "${root}"`,
    ...commented(`Of this folder nothing is shown but ${shown.join(' and ')}`),
    `<Directory "${folder}/">`,
    ...indented('AllowOverride None', 'Options -Indexes', 'Require all denied'),
    '</Directory>',
    ...shown.flatMap((path) => [`<Directory "${folder}${path}">`, ...indented('Require all granted'), '</Directory>'])
  ]
}

function tlsLines({ certificate }: CheckedSetup): string[] {
  if (!certificate) return []
  return [
    'SSLEngine On',
    'SSLProtocol -all +TLSv1.2 +TLSv1.3',
    `SSLCertificateFile "${certificate.certificate}"`,
    `SSLCertificateKeyFile "${certificate.key}"`
  ]
}

/** A group that leaves out who doesn't answer or says of himself that he isn't ready. */
function balancer({ backends, name }: CheckedSetup): string[] {
  if (backends.length === 1) return []
  return [
    `<Proxy "balancer://portico-${name}">`,
    ...indented(
      ...backends.map((backend) => `BalancerMember "http://${backend}" ${workerSettings} ${healthCheck}`),
      'ProxySet lbmethod=byrequests'
    ),
    '</Proxy>'
  ]
}

/** Kept connections are given up before the service does; a service that didn't answer is asked again with the next request. */
const workerSettings = 'connectiontimeout=2 timeout=300 ttl=60 retry=0'
const healthCheck = 'hcmethod=GET hcuri=/readyz hcinterval=1 hcpasses=1 hcfails=1'

/** What is secret in a page could be guessed by the length of what it was compressed to; public files come compressed. */
const uncompressed = ['<IfModule deflate_module>', ...indented('SetEnv no-gzip 1'), '</IfModule>']

const wholeHostLines = [
  'AllowEncodedSlashes NoDecode',
  'TraceEnable Off',
  'ProxyRequests Off',
  'ProxyPreserveHost On',
  'ProxyTimeout 300',
  ...uncompressed
]

function proxying(setup: CheckedSetup): string[] {
  const settings = setup.backends.length === 1 ? ` ${workerSettings}` : ''
  return [
    ...commented(
      'Certificates (ACME) are asked for here, not at Portico. "nocanon": addresses are passed on as they came.'
    ),
    `ProxyPass "${acme}" "!"`,
    `ProxyPass "/" "${targetOf(setup)}/" nocanon${settings}`
  ]
}

/** As it has always been done for portals: the host name decides, nothing is rewritten twice, the CRM's client files are left alone. */
function rewriting(setup: CheckedSetup): string[] {
  const { site } = setup
  const host = hostCondition(setup)
  const path = `RewriteCond %{THE_REQUEST} "${asked}(/[^?\\s]*)"`
  return [
    'RewriteEngine On',
    ...commented("The CRM's client files and those of certificates (ACME) are left alone."),
    host,
    'RewriteRule ^/(?:client|\\.well-known/acme-challenge)(?:/|$) - [L]',
    ...commented(
      "Everything else is the portal's, but for what is rewritten already and for the files of Portico's pages."
    ),
    host,
    `RewriteCond %{REQUEST_URI} !^${literally(site.rewrittenTo)}/`,
    'RewriteCond %{REQUEST_URI} !^/public/',
    path,
    `RewriteRule ^ ${targetOf(setup)}${site.rewrittenTo}%1 [P,NE,L]`,
    host,
    path,
    `RewriteRule ^ ${targetOf(setup)}%1 [P,NE,L]`,
    ...commented('Other host names have nothing here.'),
    nothingElse
  ]
}

function partOfHost(setup: CheckedSetup): string {
  const { site, mode } = setup
  return linesOf(
    commented(
      `Portico at ${site.url}, Apache, ${mode}.`,
      `Put it into the virtual host of ${site.hostname} (the one with TLS, where there is one), then:`,
      `  a2enmod ${modulesOf(setup).join(' ')}`,
      '  apache2ctl configtest && systemctl reload apache2',
      ...wordsOnFront(setup)
    ),
    ...balancer(setup),
    'AllowEncodedSlashes NoDecode',
    'TraceEnable Off',
    'ProxyRequests Off',
    mode === 'rewrite' ? pathRewriting(setup) : undefined,
    `<Location "${site.mount}">`,
    ...indented(
      'ProxyPreserveHost On',
      ...uncompressed,
      ...headerLines(setup),
      ...(mode === 'proxy' ? [pathProxying(setup)] : [])
    ),
    '</Location>'
  )
}

function pathProxying(setup: CheckedSetup): string {
  const settings = setup.backends.length === 1 ? ` ${workerSettings}` : ''
  return `ProxyPass "${targetOf(setup)}${setup.site.mount}" nocanon${settings}`
}

/** What is rewritten already loses that first. */
function pathRewriting(setup: CheckedSetup): string[] {
  const { mount, rewrittenTo } = setup.site
  const rewritten = `(?:${literally(rewrittenTo)}(?=[/?\\s]))?`
  return [
    'RewriteEngine On',
    hostCondition(setup),
    `RewriteCond %{THE_REQUEST} "${asked}${literally(mount)}${rewritten}(/[^?\\s]*)?[?\\s]"`,
    `RewriteRule ^${literally(mount)}(?:/|$) ${targetOf(setup)}${rewrittenTo}%1 [P,NE,L]`
  ]
}

function targetOf({ backends, name }: CheckedSetup): string {
  return backends.length === 1 ? `http://${backends[0]}` : `balancer://portico-${name}`
}

function modulesOf({ mode, certificate, backends }: CheckedSetup): string[] {
  return [
    'proxy',
    'proxy_http',
    'headers',
    ...(mode === 'rewrite' || certificate ? ['rewrite'] : []),
    ...(certificate ? ['ssl'] : []),
    ...(backends.length > 1 ? ['proxy_balancer', 'lbmethod_byrequests', 'proxy_hcheck'] : [])
  ]
}
