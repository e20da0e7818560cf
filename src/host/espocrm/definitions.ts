/** EspoCRM's definitions: fetched when they have changed, and kept in the database, so that a service that starts while EspoCRM is
 *  down still knows them. */
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { momentAt } from '../../db/moment.js'
import { locales } from '../catalog.js'
import { HostUnavailable } from '../host.js'
import { metadata, reduced, stamp, type Metadata, type Stamp } from './answers.js'
import { unmappedIn } from './catalog.js'
import { protocol } from './espo.js'
import { languages } from './labels.js'
import type { Rest } from './rest.js'
import type { Unmapped } from './unmapped.js'

export interface Definitions {
  /** The last that is known; the same object as long as nothing changed.
   *  @throws HostUnavailable when EspoCRM does not answer and never did; ProtocolDiffers. */
  current(): Promise<Metadata>
  /** Fetches them where they have changed, and says whether they had. @throws HostUnavailable, ProtocolDiffers */
  refresh(): Promise<boolean>
  /** What of them the catalog leaves out. @throws as `current`. */
  unmapped(): Promise<readonly Unmapped[]>
}

/** Extension and service were not made for each other. */
export class ProtocolDiffers extends Error {
  readonly older: 'extension' | 'service'

  constructor({ protocol: theirs, extensionVersion }: Pick<Stamp, 'protocol' | 'extensionVersion'>) {
    const older = theirs < protocol ? 'extension' : 'service'
    super(
      older === 'extension'
        ? `The Portico extension in EspoCRM (${extensionVersion}) is older than this service: it speaks protocol ${theirs}, the service ${protocol}. Upload the extension that belongs to the service at Administration > Extensions.`
        : `This service is older than the Portico extension in EspoCRM (${extensionVersion}): it speaks protocol ${protocol}, the extension ${theirs}. Update the service.`
    )
    this.older = older
  }
}

export interface DefinitionsOptions {
  readonly db: Knex
  readonly rest: Rest
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Logger
}

const document = 'espocrm.definitions'

export function createDefinitions({ db, rest, now, log }: DefinitionsOptions): Definitions {
  let known: Metadata | undefined
  /** Fetched by this service; what an earlier one kept may lack what this one reads. */
  let isOwn = false
  let loading: Promise<Metadata> | undefined

  const renew = async (): Promise<Metadata> => {
    known = await fetched(rest)
    isOwn = true
    await keep(db, known, now())
    log.info({ cacheTimestamp: known.cacheTimestamp, espocrm: known.espoVersion }, "EspoCRM's definitions were read")
    return known
  }
  /** What a refresh has fetched meanwhile is newer than what was kept. */
  const load = async (): Promise<Metadata> => {
    const before = await kept(db)
    return (known ??= before) ?? renew()
  }
  const current = (): Promise<Metadata> => {
    if (known) return Promise.resolve(known)
    loading ??= load().finally(() => (loading = undefined))
    return loading
  }

  return {
    current,
    async refresh() {
      if (isOwn && known && isSame(known, await stampNow(rest))) return false
      await renew()
      return true
    },
    unmapped: async () => unmappedIn(await current())
  }
}

async function stampNow(rest: Rest): Promise<Stamp> {
  return agreed(await rest.send('GET', 'Portico/stamp'), stamp)
}

async function fetched(rest: Rest): Promise<Metadata> {
  const query = { languages: locales.map((locale) => languages[locale]).join() }
  return reduced(agreed(await rest.send('GET', 'Portico/metadata', { query }), metadata))
}

/** @throws ProtocolDiffers before anything else is asked of the answer; HostUnavailable when it is none of the extension's. */
function agreed<T>(
  answer: unknown,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error } }
): T {
  const said = stamp.pick({ protocol: true, extensionVersion: true }).safeParse(answer)
  if (said.success && said.data.protocol !== protocol) throw new ProtocolDiffers(said.data)
  const parsed = schema.safeParse(answer)
  if (!parsed.success)
    throw new HostUnavailable("EspoCRM's answer is not that of the Portico extension.", { cause: parsed.error })
  return parsed.data
}

function isSame(before: Metadata, { cacheTimestamp, extensionVersion, espoVersion }: Stamp): boolean {
  return (
    before.cacheTimestamp === cacheTimestamp &&
    before.extensionVersion === extensionVersion &&
    before.espoVersion === espoVersion
  )
}

interface DocumentRow {
  readonly name: string
  readonly content: string
  readonly at: string
}

async function keep(db: Knex, content: Metadata, at: number): Promise<void> {
  await db<DocumentRow>('portico_host_documents')
    .insert({ name: document, content: JSON.stringify(content), at: momentAt(at) })
    .onConflict('name')
    .merge()
}

/** What an earlier service kept; undefined when there is none, or when it can no longer be read. */
async function kept(db: Knex): Promise<Metadata | undefined> {
  const row = await db<DocumentRow>('portico_host_documents').first('content').where({ name: document })
  const parsed = row ? metadata.safeParse(JSON.parse(row.content)) : undefined
  return parsed?.success && parsed.data.protocol === protocol ? parsed.data : undefined
}
