/** EspoCRM's REST door as one of its users opens it: for what the tests do and read as people of the CRM. */

/** A record as REST gives it, by attribute. */
export type Json = Readonly<Record<string, unknown>> & { readonly id: string }
export interface List {
  readonly total: number
  readonly list: readonly Json[]
}

/** EspoCRM said no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    what: string
  ) {
    super(`${what}: ${status} ${reason}`)
  }
}

type Values = Readonly<Record<string, unknown>>

/** As many records as EspoCRM gives at once. */
const most = 200

export class EspoClient {
  private constructor(
    readonly url: string,
    private readonly headers: Readonly<Record<string, string>>
  ) {}

  /** `credentials`: `name:password`, sent with each request. */
  static withPassword(url: string, credentials: string): EspoClient {
    return new EspoClient(url, { Authorization: `Basic ${base64(credentials)}` })
  }

  /** Signs in as EspoCRM's own pages do: the password once, then a token, which is a session that can be ended. */
  static async signIn(url: string, userName: string, password: string): Promise<EspoClient> {
    const once = EspoClient.withToken(url, userName, password, false)
    const { token } = await once.get<{ token: string }>('App/user')
    return EspoClient.withToken(url, userName, token, true)
  }

  static withApiKey(url: string, key: string): EspoClient {
    return new EspoClient(url, { 'X-Api-Key': key })
  }

  private static withToken(url: string, userName: string, secret: string, isToken: boolean): EspoClient {
    const basic = base64(`${userName}:${secret}`)
    return new EspoClient(url, {
      Authorization: `Basic ${basic}`,
      'Espo-Authorization': basic,
      'Espo-Authorization-By-Token': String(isToken)
    })
  }

  /** Undefined where EspoCRM answers with nothing. */
  get<T = Json>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    const search = new URLSearchParams(query).toString()
    return this.send<T>('GET', search ? `${path}?${search}` : path)
  }

  post<T = Json>(path: string, body: Values = {}, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.send<T>('POST', path, body, headers)
  }

  put<T = Json>(path: string, body: Values): Promise<T> {
    return this.send<T>('PUT', path, body)
  }

  delete(path: string, body?: Values): Promise<unknown> {
    return this.send('DELETE', path, body)
  }

  /** Makes a record, whatever it resembles, and gives its id. */
  async create(entityType: string, values: Values): Promise<string> {
    const { id } = await this.post(entityType, values, { 'X-Skip-Duplicate-Check': 'true' })
    return id
  }

  /** Every record of an entity type, or of a link of a record (`Account/<id>/contacts`). */
  async all(path: string, query: Readonly<Record<string, string>> = {}): Promise<Json[]> {
    const found: Json[] = []
    for (;;) {
      const page = { maxSize: String(most), offset: String(found.length), orderBy: 'id', order: 'asc', ...query }
      const { list } = await this.get<List>(path, page)
      found.push(...list)
      if (list.length < most) return found
    }
  }

  /** The bytes of a file. */
  async bytes(path: string): Promise<Buffer> {
    return Buffer.from(await (await this.answer('GET', path)).arrayBuffer())
  }

  private async send<T>(method: string, path: string, body?: Values, headers?: Values): Promise<T> {
    const response = await this.answer(method, path, body, headers as Record<string, string>)
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  private async answer(
    method: string,
    path: string,
    body?: Values,
    headers: Readonly<Record<string, string>> = {}
  ): Promise<Response> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { ...this.headers, 'Content-Type': 'application/json', ...headers },
      body: body && JSON.stringify(body)
    })
    if (response.ok) return response
    const reason = response.headers.get('x-status-reason') ?? (await response.text()).slice(0, 200)
    throw new Refused(response.status, reason, `${method} ${path}`)
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
