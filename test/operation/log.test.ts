import { expect } from 'chai'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { demoPortal } from '../../demo/portals.js'
import { createPrometheus, pageOf } from '../../src/operation/prometheus.js'
import { routePattern } from '../../src/operation/route-pattern.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { serveWorld, type Serving } from './serving.js'

const { bjorn } = customers
const base = `/portal/${demoPortal.slug}`
const password = 'brass kettle under the elm'

interface Line extends Record<string, unknown> {
  readonly msg: string
  readonly level: number
}

onSqlite('what is told of a walk through a portal', function (open) {
  let serving: Serving
  let page: string
  let visitor: Visitor
  /** What belongs to somebody, as he typed it or as it was made for him. */
  const secrets: string[] = []

  before(async function () {
    this.timeout(30_000)
    const counted: { prometheus?: ReturnType<typeof createPrometheus> } = {}
    serving = await serveWorld(open, {
      world: 'demo',
      config: { environment: 'production' },
      measures: {
        requestBegan: () => counted.prometheus?.requestBegan(),
        requestEnded: (request) => counted.prometheus?.requestEnded(request),
        jobRan: (run) => counted.prometheus?.jobRan(run)
      }
    })
    counted.prometheus = createPrometheus({ db: serving.embedded.db, version: '1.2.3' })
    await walk()
    page = await pageOf([await counted.prometheus.snapshot()])
  })

  after(() => serving.close())

  async function walk(): Promise<void> {
    visitor = serving.visitor()
    await signIn('wrong password of hers')
    visitor.is(422)
    await signIn(demoPassword)
    visitor.is(200)
    await visitor.open(`${base}/case?q=Pump+leaks`)
    await visitor.open(`${base}/case/bjorns-case`)
    await visitor.send('Write note', { text: 'It drips on Emily.' }, [
      { field: 'files', name: 'flange-of-emily.txt', content: 'drip', type: 'text/plain' }
    ])
    visitor.is(200)
    await visitor.open(`${base}/case/annas-heating-case`)
    visitor.is(404)
    await resetPassword()
    await goAsStaff()
    await meetAnError()
    await collectSecrets()
  }

  async function signIn(words: string): Promise<void> {
    await visitor.open(`${base}/sign-in`)
    await visitor.send('Sign in', { email: bjorn.email, password: words })
  }

  async function resetPassword(): Promise<void> {
    const stranger = serving.visitor()
    await stranger.open(`${base}/forgotten-password`)
    await stranger.send('Send the mail', { email: bjorn.email })
    const mails = await serving.embedded.db('portico_mail').pluck<string[]>('text')
    const token = /\/reset\/([\w-]{43})/.exec(mails.join('\n'))?.[1] ?? 'no link'
    secrets.push(token)
    await stranger.open(`${base}/reset/${token}`)
    await stranger.send('Set the new password', { password })
    stranger.is(200)
  }

  async function goAsStaff(): Promise<void> {
    const irena = serving.visitor()
    await irena.open('/crm/sign-in')
    await irena.send('Sign in', { userName: staff.irena.userName, password: demoPassword })
    await irena.open('/crm/Contact/anna')
    irena.is(200)
  }

  /** A statement that fails holds what was typed. */
  async function meetAnError(): Promise<void> {
    visitor = serving.visitor()
    await visitor.open(`${base}/sign-in`)
    await serving.embedded.db.schema.dropTable('portico_attempts')
    await visitor.send('Sign in', { email: bjorn.email, password })
    visitor.is(500)
  }

  async function collectSecrets(): Promise<void> {
    const { db } = serving.embedded
    const ids = await Promise.all(
      ['portico_portal_users', 'portico_identities', 'crm_user'].map((table) => db(table).pluck<string[]>('id'))
    )
    secrets.push(
      ...ids.flat(),
      bjorn.email,
      bjorn.firstName,
      bjorn.lastName,
      staff.irena.userName,
      'emily',
      'fjordside'
    )
    secrets.push(
      password,
      demoPassword,
      'wrong password',
      demoPortal.slug,
      'pump',
      'heating',
      'bjorns',
      '127.0.0.1',
      'flange'
    )
  }

  const lines = (): Line[] => serving.lines.map((line) => JSON.parse(line) as Line)
  const requests = (): Line[] => lines().filter(({ msg }) => msg === 'request')

  it('is one line for each request: what kind of page, how it ended, how long it took', () => {
    const told = requests().map(({ method, route, status }) => `${String(method)} ${String(route)} ${String(status)}`)
    expect(told).to.include.members([
      'GET /portal/-/sign-in 200',
      'POST /portal/-/sign-in 422',
      'POST /portal/-/sign-in 303',
      'GET /portal/-/:module 200',
      'GET /portal/-/:module/:id 200',
      'GET /portal/-/:module/:id 404',
      'POST /portal/-/-/-/notes 303',
      'GET /portal/-/reset/:token 200',
      'GET /crm/:module/:id 200',
      'POST /portal/-/sign-in 500'
    ])
    for (const line of requests()) {
      expect(Object.keys(line)).to.have.members([
        'level',
        'time',
        'correlationId',
        'method',
        'route',
        'status',
        'ms',
        'site',
        'msg'
      ])
      expect(line).to.include({ level: 30, site: 'public' })
    }
  })

  it('A17 names each request by the number that stands on the page of an error', () => {
    const numbers = requests().map(({ correlationId }) => correlationId)
    expect(new Set(numbers).size).to.equal(numbers.length)
    const failure = lines().find(({ level }) => level === 50)
    expect(failure).to.include({ route: '/portal/-/sign-in', status: 500, msg: 'request failed' })
    visitor.sees(String(failure?.['correlationId']))
    expect(numbers).to.include(failure?.['correlationId'])
  })

  it('A17 holds nothing of a person, and nothing that he typed', () => {
    const told = serving.lines.join('').toLowerCase()
    expect(told.length).to.be.greaterThan(2000)
    for (const secret of secrets) expect(told, secret).not.to.include(secret.toLowerCase())
  })

  it('is counted by kinds of pages, and the numbers hold nothing of him either', () => {
    expect(page)
      .to.match(
        /^portico_http_request_duration_seconds_count\{method="GET",route="\/portal\/-\/:module\/:id",status="2xx"\} \d/m
      )
      .and.include(
        'portico_http_request_duration_seconds_count{method="POST",route="/portal/-/sign-in",status="5xx"} 1'
      )
      .and.include('portico_http_requests_under_way 0')
      .and.include('portico_build_info{version="1.2.3"')
      .and.match(/^portico_messages_waiting\{kind="mail"\} \d+$/m)
      .and.match(/^portico_database_connections\{state="used"\} \d+$/m)
      .and.match(/^process_resident_memory_bytes \d+/m)
    for (const secret of secrets) expect(page.toLowerCase(), secret).not.to.include(secret.toLowerCase())
  })
})

describe('the kind of a page', () => {
  for (const [address, pattern, kind] of [
    ['/', '/', '/'],
    ['/portal/acme/', '/', '/portal/-'],
    ['/portal/acme/Case/7?token=x', '/:module/:id', '/portal/-/:module/:id'],
    ['/portal/privacy/privacy/copy', '/copy', '/portal/-/privacy/copy'],
    ['/portico/sharing/roles/7', '/:role', '/portico/sharing/roles/:role'],
    ['/anything/at/all', '/all', '/-/-/all'],
    ['/x', '/longer/than/it', '/longer/than/it']
  ] as const) {
    it(`of ${address} is ${kind}`, () => {
      expect(routePattern({ address, route: { path: pattern } })).to.equal(kind)
    })
  }

  it('that no route took is none, and files of pages are one kind', () => {
    expect(routePattern({ address: '/wp-login.php' })).to.equal('none')
    expect(routePattern({})).to.equal('none')
    expect(routePattern({ address: '/public/portico.css?v=1' })).to.equal('/public')
  })
})
