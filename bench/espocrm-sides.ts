/** The same person on two ways to the same cases: EspoCRM's own portal, asked as its page in the browser asks, and Portico's pages. */
import { load as html } from 'cheerio'
import type { Installation } from '../src/installation.js'
import { admit, customerPassword, makePortal } from '../test/espocrm/customers.js'
import type { EspoClient, Json } from '../test/espocrm/espo-client.js'
import { asker } from './espocrm-crowd.js'
import { send, type Ask } from './load.js'
import { signIn, Visitor } from './visitor.js'

export interface Side {
  readonly name: string
  /** The first page of his cases. */
  readonly list: Ask
  /** The numbers of the cases on all pages, in order. */
  numbers(): Promise<number[]>
  readonly detail: Ask
}

/** What both lists show, in the words of each. */
const shown = ['number', 'name', 'status', 'priority', 'createdAt']
const pageSize = 25
const slug = 'bench'
/** A case of the person's account: its number is 1, so it is at the end of the list. */
const aCase = `k${'0'.repeat(16)}`

/** EspoCRM's portal with a role by which its users read the cases of their account and create some, and a user for the person. */
export async function openEspoPortal(admin: EspoClient): Promise<Side> {
  const portalId = await espoPortal(admin)
  const base = `${admin.url}/api/v1/portal-access/${portalId}`
  const headers = await espoToken(base)
  const attributes = [...shown, 'accountId', 'accountName'].join()
  const page = (offset: number): Ask => {
    const query = { maxSize: String(pageSize), offset: String(offset), orderBy: 'number', order: 'desc' }
    const search = new URLSearchParams({ ...query, attributeSelect: attributes }).toString()
    return { method: 'GET', url: `${base}/Case?${search}`, headers }
  }
  return {
    name: 'EspoCRM’s portal',
    list: page(0),
    detail: { method: 'GET', url: `${base}/Case/${aCase}`, headers },
    async numbers() {
      const pages = await Promise.all([send(page(0)), send(page(pageSize))])
      return pages.flatMap(({ text }) =>
        (JSON.parse(text) as { list: { number: number }[] }).list.map((one) => one.number)
      )
    }
  }
}

const espoUser = { userName: 'bench-portal-user', password: 'Bench-portal-1' } as const

async function espoPortal(admin: EspoClient): Promise<string> {
  const name = 'Portico bench'
  const known = (await admin.all('Portal')).find((portal) => portal['name'] === name)
  if (known) return known.id
  const level = { create: 'yes', read: 'account', edit: 'own', delete: 'no', stream: 'account' }
  const roleId = await admin.create('PortalRole', { name, data: { Case: level } })
  const portalId = await admin.create('Portal', { name, isActive: true, portalRolesIds: [roleId], tabList: ['Case'] })
  await admin.create('User', {
    ...espoUser,
    passwordConfirm: espoUser.password,
    type: 'portal',
    lastName: 'Bench',
    contactId: asker.contact,
    accountsIds: [asker.account],
    portalsIds: [portalId],
    isActive: true
  })
  return portalId
}

/** The password once, then a token, as the page in the browser does. */
async function espoToken(base: string): Promise<Record<string, string>> {
  const basic = (secret: string): string => Buffer.from(`${espoUser.userName}:${secret}`).toString('base64')
  const headers = (secret: string, isToken: boolean): Record<string, string> => ({
    Accept: 'application/json',
    Authorization: `Basic ${basic(secret)}`,
    'Espo-Authorization': basic(secret),
    'Espo-Authorization-By-Token': String(isToken)
  })
  const { text } = await send({ method: 'GET', url: `${base}/App/user`, headers: headers(espoUser.password, false) })
  return headers((JSON.parse(text) as { token: string }).token, true)
}

/** Portico's portal with the same rule: the cases of the account, and those he wrote. */
export async function preparePortico(installation: Installation): Promise<void> {
  if (await installation.db('portico_portals').where({ slug }).first('id')) return
  const by = (await installation.staffByUserName('admin'))!
  const userType = await makePortal(installation, by, slug, [
    { module: 'Contact', readOnly: ['name', 'emailAddress'] },
    {
      module: 'Case',
      path: ['account', 'contacts'],
      rights: ['create', 'edit'],
      editable: ['name', 'priority', 'description'],
      readOnly: ['number', 'status', 'createdAt', 'account']
    },
    { module: 'Account', path: ['contacts'], readOnly: ['name'] }
  ])
  await admit(installation, by, userType, asker.contact)
}

export interface PorticoSide extends Side {
  /** The form of a new case as the browser sends it. */
  create(name: string): Ask
}

/** `publicUrl`: Portico's address, by way of EspoCRM's web server or its own. */
export async function openPortico(publicUrl: string, name: string): Promise<PorticoSide> {
  const base = `${publicUrl}/portal/${slug}`
  const visitor = new Visitor()
  const token = await signIn(visitor, base, { email: asker.email, password: customerPassword })
  const headers = visitor.headers()
  const get = (url: string): Ask => ({ method: 'GET', url, headers })
  const list = get(`${base}/case?sort=-number`)
  return {
    name,
    list,
    detail: get(`${base}/case/${aCase}`),
    async numbers() {
      const found: number[] = []
      for (let next: string | undefined = list.url; next;) {
        const $ = html((await send(get(next))).text)
        found.push(
          ...$('tbody tr')
            .map((_, row) =>
              numberIn(
                $(row)
                  .find('td, th')
                  .map((__, cell) => $(cell).text().trim())
                  .get()
              )
            )
            .get()
        )
        const link: string | undefined = $('a[rel=next]').attr('href')
        next = link && new URL(link, next).href
      }
      return found
    },
    create: (caseName) => ({
      method: 'POST',
      url: `${base}/case`,
      headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _csrf: token, ...newCase(caseName) }).toString()
    })
  }
}

/** A case as the person writes it. */
export function newCase(name: string): { name: string; priority: string; description: string } {
  return { name, priority: 'Normal', description: 'Since yesterday, every night at ten.' }
}

/** The same case over EspoCRM's REST with Portico's own key. */
export function createByKey(url: string, key: string, owner: Json['id'], name: string): Ask {
  const values = { ...newCase(name), accountId: asker.account, assignedUserId: owner }
  const headers = { 'X-Api-Key': key, Accept: 'application/json', 'Content-Type': 'application/json' }
  return { method: 'POST', url: `${url}/api/v1/Case`, headers, body: JSON.stringify(values) }
}

/** The one cell of a row that is a number. */
function numberIn(cells: readonly string[]): number {
  return Number((cells.find((cell) => /^[\d,]+$/.test(cell)) ?? '').replaceAll(',', ''))
}
