/** `portico vhost --check` before real web servers whose configuration is wrong as people get it wrong. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { checkAddress } from '../../src/web-server/check/check-address.js'
import type { Fault } from '../../src/web-server/check/observation.js'
import { placeOf } from '../../src/web-server/check/place.js'
import { configuration } from '../../src/portal/configuration.js'
import { damage } from '../attacks/world.js'
import { apacheSuite, startApache, type Apache } from '../support/apache.js'
import { openApp, type TestApp } from '../support/app.js'
import { freePort } from '../support/child-process.js'
import { onSqlite } from '../support/databases.js'
import { nginxSuite, startNginx, type Nginx } from '../support/nginx.js'

const main = 'crm.test'

/** One virtual host each, by the name that the fault gives it. `$BACK` is the service, `$ID` the portal. */
const apacheTexts: Partial<Record<string, readonly [readonly Fault[], string]>> = {
  right: [[], 'ProxyPreserveHost On\nProxyPass / http://$BACK/'],
  host: [
    ['hostLost'],
    'ProxyAddHeaders Off\nRequestHeader set X-Forwarded-For %{REMOTE_ADDR}e\nProxyPass / http://$BACK/'
  ],
  slash: [['slashesDoubled'], 'ProxyPreserveHost On\nProxyPass / http://$BACK//'],
  cookie: [['cookiePath'], 'ProxyPreserveHost On\nProxyPass / http://$BACK/\nProxyPassReverseCookiePath / /portal/'],
  twice: [
    ['rewrittenTwice'],
    'ProxyPreserveHost On\nRewriteEngine On\nRewriteRule ^/(.*)$ http://$BACK/portal/$ID/portal/$ID/$1 [P,L,QSA]'
  ],
  cached: [['cacheAllowed'], 'ProxyPreserveHost On\nHeader set Cache-Control "max-age=60"\nProxyPass / http://$BACK/'],
  files: [['filesMissing'], 'ProxyPreserveHost On\nProxyPass /public !\nProxyPass / http://$BACK/']
}

const nginxTexts: Partial<Record<string, readonly [readonly Fault[], string]>> = {
  right: [[], 'proxy_set_header Host $host; proxy_pass http://$BACK;'],
  host: [['hostLost'], 'proxy_pass http://$BACK;'],
  forged: [
    ['forgedHost'],
    'proxy_set_header Host $host; proxy_set_header X-Forwarded-Host $http_x_forwarded_host; proxy_pass http://$BACK;'
  ],
  address: [
    ['forgedAddress'],
    'proxy_set_header Host $host; proxy_set_header X-Forwarded-For $http_x_forwarded_for$lied; proxy_pass http://$BACK;'
  ],
  buffered: [['bodyBuffered'], 'proxy_set_header Host $host; proxy_request_buffering on; proxy_pass http://$BACK;'],
  body: [['bodyLimit'], 'proxy_set_header Host $host; client_max_body_size 1k; proxy_pass http://$BACK;'],
  gzip: [['pagesCompressed'], 'proxy_set_header Host $host; gzip on; gzip_proxied any; proxy_pass http://$BACK;'],
  path: [['pathChanged'], 'proxy_set_header Host $host; proxy_pass http://$BACK/crm;'],
  header: [
    ['headersChanged'],
    'proxy_set_header Host $host; proxy_hide_header Content-Security-Policy; proxy_pass http://$BACK;'
  ],
  scheme: [
    ['schemeLost'],
    'proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https; proxy_pass http://$BACK;'
  ]
}

apacheSuite('a real Apache', () => nginxSuite('and a real nginx', () => onSqlite('with a wrong configuration', looks)))

function looks(open: Parameters<typeof openApp>[0]): void {
  let test: TestApp
  let service: Server
  let apache: Apache
  let nginx: Nginx
  let nginxPort: number

  before(async function () {
    this.timeout(60_000)
    nginxPort = await freePort()
    const limits = { userTypesPerPortal: 5, activeUsersPerType: 100, uploadSize: 100_000, filesPerNote: 1 }
    test = await openApp(open, { config: { publicUrl: `http://${main}`, trustedProxies: 1, limits } })
    service = createServer(test.app).listen(0, '127.0.0.1')
    await once(service, 'listening')
    const back = `127.0.0.1:${(service.address() as AddressInfo).port}`
    const [portal] = [...(await configuration(test.embedded.db)).portals.values()]
    const put = (text: string): string => text.replaceAll('$BACK', back).replaceAll('$ID', portal!.id)
    apache = await startApache({
      modules: ['proxy', 'proxy_http', 'rewrite', 'headers', 'setenvif'],
      config: ({ port }) =>
        Object.entries(apacheTexts)
          .map(([name, [, text] = [[], '']]) =>
            put(`<VirtualHost *:${port}>\nServerName ${name}.apache.test\n${unset}\n${text}\n</VirtualHost>`)
          )
          .join('\n')
    })
    nginx = await startNginx({
      at: { host: '127.0.0.1', port: nginxPort },
      config: () =>
        [
          'map $http_x_forwarded_for $lied { default ""; "" $remote_addr; }',
          ...Object.entries(nginxTexts).map(([name, [, text] = [[], '']]) =>
            put(
              `server { listen 127.0.0.1:${nginxPort}; server_name ${name}.nginx.test; location / { ${plain(text)} ${text} } }`
            )
          )
        ].join('\n')
    })
  })
  after(async () => {
    await nginx?.stop()
    await apache?.stop()
    service?.close().closeAllConnections()
    await test?.close()
  })

  const faultsAt = async (url: string): Promise<Fault[]> => {
    const { db, portico } = test.embedded
    await damage(db, db('portico_portals').update({ custom_url: url }))
    const found = await checkAddress(url, await placeOf(portico.context), { at: '127.0.0.1', beat: 80 })
    return found.flatMap(({ fault }) => fault ?? [])
  }

  for (const [name, [faults, text] = [[], '']] of Object.entries(apacheTexts))
    it(`E06 Apache: ${faults.join() || 'nothing'} for ${text.split('\n').join('; ')}`, async () => {
      expect(await faultsAt(`http://${name}.apache.test:${apache.port}`)).to.deep.equal(faults)
    })
  for (const [name, [faults, text] = [[], '']] of Object.entries(nginxTexts))
    it(`E06 nginx: ${faults.join() || 'nothing'} for ${text}`, async () => {
      expect(await faultsAt(`http://${name}.nginx.test:${nginxPort}`)).to.deep.equal(faults)
    })
}

const lies = ['X-Forwarded-Host', 'Forwarded', 'X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-For']
const unset = [
  'TraceEnable off',
  'RequestHeader set X-Forwarded-Proto http',
  ...lies.map((name) => `RequestHeader unset ${name}`)
].join('\n')

/** What every location says that doesn't say it itself. */
function plain(text: string): string {
  const said: Record<string, string> = {
    'X-Forwarded-For': '$remote_addr',
    'X-Forwarded-Proto': '$scheme',
    'X-Forwarded-Host': '""',
    Forwarded: '""',
    'X-Original-URL': '""',
    'X-Rewrite-URL': '""'
  }
  const headers = Object.entries(said).filter(([name]) => !text.includes(`header ${name} `))
  const buffering = /buffering/.test(text) ? '' : 'proxy_request_buffering off; proxy_http_version 1.1;'
  return `${headers.map(([name, value]) => `proxy_set_header ${name} ${value};`).join(' ')} ${buffering}`
}
