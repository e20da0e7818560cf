/** The scripts that ask before a save or a conversion in EspoCRM's pages, with a page and a service as they find them there. */
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { packageFiles } from '../../scripts/build-espocrm.js'

const files = packageFiles()
const source = 'files/client/custom/modules/portico/src'

interface Page {
  /** What the page did, in order. */
  readonly did: string[]
  readonly save: () => Promise<unknown>
}

interface Circumstances {
  /** What the form holds; the record holds `anna@example.com` and no number. */
  readonly written?: Readonly<Record<string, unknown>>
  readonly isNew?: boolean
  readonly isInvalid?: boolean
  readonly isOff?: boolean
  /** What the service answers to each request; undefined: nothing. */
  readonly service?: (asked: Asked) => { status: number; body?: unknown } | undefined
  readonly goesOn?: boolean
}
interface Asked {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const question = { name: 'access', text: 'It changes his access.', choices: [] }
const asking = (): { status: number; body: unknown } => ({ status: 200, body: { questions: [question] } })

describe('before a record is saved in EspoCRM’s pages', () => {
  it('Z20 a changed address is asked about, and saved when the answer is to go on', async () => {
    const page = open({ written: { emailAddress: 'new@example.com' }, service: asking, goesOn: true })
    await page.save()
    expect(page.did).to.deep.equal([
      'GET /crm-portal/host/record-questions?module=Contact&id=c1&user=u1',
      'doing {"kind":"change","values":{"emailAddress":"new@example.com"}}',
      'asks It changes his access.',
      'saves'
    ])
  })

  it('Z20 it is not saved when the answer is not to; the form hears EspoCRM’s own word for that', async () => {
    const page = open({ written: { emailAddress: 'new@example.com' }, service: asking, goesOn: false })
    expect(await page.save().catch((reason: unknown) => reason)).to.equal('cancel')
    expect(page.did.at(-1)).to.equal('cancel:save')
    expect(page.did).not.to.include('saves')
  })

  it('an emptied address and a new number are changes, too', async () => {
    const page = open({ written: { emailAddress: '', phoneNumber: '+4930' }, service: asking, goesOn: true })
    await page.save()
    expect(page.did[1]).to.equal('doing {"kind":"change","values":{"emailAddress":null,"phoneNumber":"+4930"}}')
  })

  for (const [title, circumstances] of [
    ['nothing of an address has changed', { written: { lastName: 'Novotná' } }],
    ['the record is a new one', { isNew: true, written: { emailAddress: 'new@example.com' } }],
    ['EspoCRM itself refuses the form', { isInvalid: true, written: { emailAddress: 'new' } }],
    ['Portico is off', { isOff: true, written: { emailAddress: 'new@example.com' } }]
  ] as const)
    it(`nobody is asked where ${title}`, async () => {
      const page = open({ ...circumstances, service: asking, goesOn: false })
      await page.save()
      expect(page.did).to.deep.equal(['saves'])
    })

  for (const [title, service] of [
    ['does not answer', () => undefined],
    ['has no question', () => ({ status: 200, body: { questions: [] } })],
    ['has a fault', () => ({ status: 500 })],
    ['lets him in by no ticket', () => ({ status: 401 })]
  ] as const)
    it(`it is saved unasked where the service ${title}`, async () => {
      const page = open({ written: { emailAddress: 'new@example.com' }, service, goesOn: false })
      await page.save()
      expect(page.did.at(-1)).to.equal('saves')
      expect(page.did.join()).not.to.include('asks')
    })

  it('a ticket lets in whose session with the service is over', async () => {
    const service = ({ headers }: Asked): ReturnType<typeof asking> =>
      headers['Authorization'] === 'Bearer a-ticket' ? asking() : { status: 401, body: {} }
    const page = open({ written: { emailAddress: 'new@example.com' }, service, goesOn: true })
    await page.save()
    expect(page.did).to.include('POST Portico/ticket').and.include('asks It changes his access.')
  })
})

/** A form of a contact on a page of EspoCRM's, with the extension's handler on it. */
function open(circumstances: Circumstances): Page {
  const { written = {}, isNew, isInvalid, isOff, service = () => undefined, goesOn = false } = circumstances
  const did: string[] = []
  const attributes: Record<string, unknown> = { emailAddress: 'anna@example.com', phoneNumber: null, lastName: 'Nová' }
  const fieldTypes = { emailAddress: 'email', phoneNumber: 'phone', lastName: 'varchar' }
  const metadata: Record<string, unknown> = {
    'scopes.Contact.object': true,
    'entityDefs.Contact.fields': Object.fromEntries(Object.entries(fieldTypes).map(([name, type]) => [name, { type }]))
  }
  const view = {
    entityType: 'Contact',
    attributes,
    model: { entityType: 'Contact', id: isNew ? undefined : 'c1', attributes: { ...attributes }, set: () => undefined },
    fetch: () => written,
    validate: () => Boolean(isInvalid),
    translate: (word: string) => word,
    trigger: (event: string) => void did.push(event),
    getHelper: () => ({ getAppParam: () => ({ isOn: !isOff, serviceUrl: '/crm-portal' }) }),
    getMetadata: () => ({ get: (path: readonly string[]) => metadata[path.join('.')] }),
    getUser: () => ({ id: 'u1' }),
    save: (): Promise<void> => Promise.resolve(void did.push('saves'))
  }
  const Handler = required(
    'portico:handlers/record-questions',
    {
      'portico:questions': (questions: { text: string }[]) => {
        did.push(...questions.map(({ text }) => `asks ${text}`))
        return Promise.resolve(goesOn ? {} : undefined)
      },
      'portico:service': required('portico:service', {}, browser(did, service))
    },
    browser(did, service)
  ) as new (on: typeof view) => { process(): void }
  new Handler(view).process()
  return { did, save: () => view.save() }
}

/** What a page of EspoCRM's has in a browser. */
function browser(did: string[], service: NonNullable<Circumstances['service']>): Record<string, unknown> {
  return {
    URLSearchParams,
    AbortSignal,
    Espo: {
      Ui: { notify: () => undefined, notifyWait: () => undefined },
      Ajax: {
        postRequest: (path: string) => {
          did.push(`POST ${path}`)
          return Promise.resolve({ token: 'a-ticket' })
        }
      }
    },
    fetch: (url: string, { headers }: { headers: Record<string, string> }) => {
      did.push(`GET ${url}`, `doing ${decodeURIComponent(headers['X-Portico-Doing']!)}`)
      const answer = service({ url, headers })
      if (!answer) return Promise.reject(new Error('No answer.'))
      const { status, body } = answer
      return Promise.resolve({ status, ok: status === 200, json: () => Promise.resolve(body) })
    }
  }
}

/** What a script of the extension defines, given what it asks for. */
function required(name: string, modules: Readonly<Record<string, unknown>>, globals: Record<string, unknown>): unknown {
  let made: unknown
  const define = (called: string, names: readonly string[], make: (...given: unknown[]) => unknown): void => {
    expect(called).to.equal(name)
    made = make(...names.map((one) => modules[one]))
  }
  runInNewContext(files.get(`${source}/${name.replace('portico:', '')}.js`)!.toString(), { ...globals, define })
  return made
}
