import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { demoPortal } from '../../demo/portals.js'
import { publicSite } from '../../src/web/site.js'
import { webServerText } from '../../src/web-server/web-server.js'
import { apacheSuite, startApache, type Apache } from '../support/apache.js'
import { openApp, type TestApp } from '../support/app.js'
import { freePort, start, type Running } from '../support/child-process.js'
import { onMysql } from '../support/databases.js'
import { openMailServer, type MailServer } from '../support/mail-server.js'
import { Visitor } from '../support/visitor.js'

const base = `/portal/${demoPortal.slug}`
const apacheModules = [
  ...['proxy', 'proxy_http', 'headers', 'proxy_balancer', 'lbmethod_byrequests', 'proxy_hcheck', 'watchdog'],
  ...['slotmem_shm', 'authz_host']
]

/** `portico serve` as an operator runs it, in a process of its own. */
interface Replica {
  readonly port: number
  readonly url: string
  signal(name: 'SIGHUP' | 'SIGTERM'): void
  said(): string
  /** When it has come to its end by itself. */
  ended(): Promise<void>
  stop(): Promise<void>
}

apacheSuite('two replicas behind Apache', () => {
  onMysql('on one MariaDB', function (open) {
    let test: TestApp
    let mails: MailServer
    let apache: Apache
    let publicUrl: string
    const replicas: Replica[] = []

    before(async function () {
      this.timeout(120_000)
      publicUrl = `http://127.0.0.1:${await freePort()}`
      mails = await openMailServer()
      test = await openApp(open, { world: 'demo', config: { publicUrl } })
      replicas.push(...(await Promise.all([replica(['--workers', '1']), replica([])])))
      apache = await startApache({ modules: apacheModules, config: ({ folder }) => configOf(folder) })
    })

    after(async () => {
      for (const running of [apache, ...replicas]) await running?.stop()
      mails.close()
      await test.close()
    })

    async function replica(words: readonly string[], port?: number): Promise<Replica> {
      const at = port ?? (await freePort())
      const { databaseUrl, filesFolder, secret } = test.embedded.config
      const env = {
        NODE_ENV: 'test',
        DATABASE_URL: databaseUrl,
        PORTICO_FILES: filesFolder,
        PORTICO_SECRET: secret,
        PORTICO_PUBLIC_URL: publicUrl,
        PORTICO_TRUSTED_PROXIES: '1',
        PORTICO_LISTEN: `127.0.0.1:${at}`,
        PORTICO_SMTP_URL: mails.url,
        PORTICO_DRAIN_SECONDS: '2',
        PORTICO_LOG_LEVEL: 'info'
      }
      const command = [process.execPath, '--import', 'tsx', 'src/cli/portico.ts', 'serve', ...words]
      const args = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command]
      const running = await start('/usr/bin/env', args, () => mustBeReady(at), 90)
      return { ...handleOf(running), port: at, url: `http://127.0.0.1:${at}` }
    }

    function configOf(folder: string): string {
      const text = webServerText({
        server: 'apache',
        mode: 'proxy',
        site: publicSite({ publicUrl }),
        name: 'replicas',
        backends: replicas.map(({ port }) => `127.0.0.1:${port}`),
        largestRequest: 20_000_000,
        root: folder
      })
      return `Listen ${publicUrl.slice('http://'.length)}\n${text}`
    }

    async function signedIn(at: string, { email }: { email: string }): Promise<Visitor> {
      const visitor = new Visitor(at, 'en')
      await visitor.open(`${base}/sign-in`)
      await visitor.send('English')
      await visitor.open(`${base}/sign-in`)
      await visitor.send('Sign in', { email, password: demoPassword })
      return visitor.is(200)
    }

    async function forget(email: string): Promise<void> {
      const visitor = await new Visitor(publicUrl, 'en').open(`${base}/forgotten-password`)
      await visitor.send('Send the mail', { email })
      visitor.is(200)
    }

    it('A25 a change of configuration at one is in force with the next request at the other', async () => {
      const [one, other] = replicas.map(({ url }) => url) as [string, string]
      const irena = new Visitor(one, 'en')
      await irena.open('/crm/sign-in')
      await irena.send('English')
      await irena.open('/crm/sign-in')
      await irena.send('Sign in', { userName: staff.irena.userName, password: demoPassword })
      const { id } = await test.embedded
        .db('portico_portals')
        .where({ slug: demoPortal.slug })
        .first<{ id: string }>('id')
      const stranger = await new Visitor(other, 'en').open(`${base}/sign-in`)
      stranger.sees(demoPortal.name)
      await irena.open(`/portico/admin/portals/${id}`)
      await irena.send('Save', { name: 'Thermovia everywhere' })
      irena.is(200)
      await stranger.open(`${base}/sign-in`)
      stranger.sees('Thermovia everywhere')
    })

    it('a session that began at one goes on at the other, without sticky sessions', async () => {
      const bjorn = await signedIn(replicas[0]!.url, customers.bjorn)
      const elsewhere = new Visitor(replicas[1]!.url, 'en')
      const cookies = bjorn.agent.jar.getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false })
      elsewhere.agent.jar.setCookies(cookies.map(String))
      await elsewhere.open(`${base}/case/bjorns-case`)
      elsewhere.is(200)
    })

    it('one replaces its workers, the other is restarted: no request fails of those who work, nothing is lost, and mails go out once', async function () {
      this.timeout(60_000)
      const [one, other] = replicas as [Replica, Replica]
      const people = await Promise.all([customers.bjorn, customers.bjorn].map((person) => signedIn(publicUrl, person)))
      const forgetful = [customers.anna.email, customers.jana.email]
      for (const email of forgetful) await forget(email)
      let isOver = false
      let written = 0
      const work = people.map(async (person, which) => {
        for (let turn = 0; !isOver; turn += 1) {
          await person.open(`${base}/case`)
          person.is(200).sees('Pump leaks')
          await person.open(`${base}/case/bjorns-case`)
          await person.send('Write note', { text: `note ${which}/${turn}` })
          person.is(200).sees(`note ${which}/${turn}`)
          written += 1
          await pause(30)
        }
      })
      one.signal('SIGHUP')
      other.signal('SIGTERM')
      await other.ended()
      replicas[1] = await replica([], other.port)
      while (!one.said().includes('the workers were replaced')) await pause(50)
      isOver = true
      await Promise.all(work)
      const notes = await test.embedded.db('crm_feed').where('text', 'like', 'note %').count({ count: '*' }).first()
      expect(Number(notes?.['count'])).to.equal(written)
      expect(written).to.be.greaterThan(10)
      expect(mails.envelopes.flatMap(({ to }) => to).sort()).to.deep.equal(forgetful)
    })
  })
})

async function mustBeReady(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
  if (!answer.ok) throw new Error(`not ready: ${await answer.text()}`)
}

function handleOf({ pid, said, stop }: Running): Pick<Replica, 'signal' | 'said' | 'ended' | 'stop'> {
  return {
    signal: (name) => void process.kill(pid!, name),
    said: () => said?.() ?? '',
    ended: async () => {
      while (isAlive(pid!)) await pause(50)
    },
    stop
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
