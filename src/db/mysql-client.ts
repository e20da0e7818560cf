/** Knex's client for MySQL and MariaDB with a way to several servers: a new connection goes to the first that is fit, and one whose server fails is not used again. */
import type { Duplex } from 'node:stream'
import knex, { type Knex } from 'knex'
import { DatabaseUnavailable, isEndOfConnection } from './unavailable.js'

/** What the driver takes: `uri`, `charset`, `connectTimeout` … */
export type Server = Readonly<Record<string, unknown>>

/** A connection of the driver, as far as we need it. */
export interface Connection {
  readonly stream: Duplex
  query(statement: string, done: (error: unknown, rows: unknown) => void): void
  destroy(): void
  /** Set, it keeps knex's pool from handing the connection out again. */
  __knex__disposed?: unknown
}

interface MysqlClient {
  connectionSettings: object
  acquireRawConnection(): Promise<Connection>
  query(connection: Connection, statement: unknown): Promise<unknown>
}

/** Knex exports no class of its dialects. */
const Mysql = knex({ client: 'mysql2' }).client.constructor as new (config: Knex.Config) => MysqlClient

/** A server that was silent is asked after all others for so long, in milliseconds: whoever waits for it waits in vain. */
const silence = 30_000
/** A statement that takes this long may have lost its server: it is asked whether it is still there. */
const patience = 5_000

/** `prepare` makes a new connection ready. @throws when its server is not fit for us. */
export function clientFor(
  servers: readonly Server[],
  prepare: (connection: Connection) => Promise<void>
): typeof Knex.Client {
  const silentUntil = new Map<Server, number>()
  const serverOf = new WeakMap<Connection, Server>()

  const inTurn = (): Server[] => {
    const isSilent = (server: Server): boolean => (silentUntil.get(server) ?? 0) > Date.now()
    return [...servers.filter((server) => !isSilent(server)), ...servers.filter(isSilent)]
  }

  const noteSilence = (server: Server, error: unknown): void => {
    if (error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT')
      silentUntil.set(server, Date.now() + silence)
  }

  class Client extends Mysql {
    constructor(config: Knex.Config) {
      super({ ...config, client: 'mysql2' })
    }

    override async acquireRawConnection(): Promise<Connection> {
      let failure: unknown
      for (const server of inTurn()) {
        try {
          return await this.open(server)
        } catch (error) {
          noteSilence(server, error)
          failure = error
        }
      }
      throw new DatabaseUnavailable(failure)
    }

    /** The settings are read before anything is waited for. */
    private async open(server: Server): Promise<Connection> {
      this.connectionSettings = { ...server }
      const connection = await super.acquireRawConnection()
      try {
        await prepare(connection)
      } catch (error) {
        connection.destroy()
        throw error
      }
      serverOf.set(connection, server)
      return connection
    }

    override async query(connection: Connection, statement: unknown): Promise<unknown> {
      const server = serverOf.get(connection)
      const watch = server && servers.length > 1 ? watched(connection, server) : undefined
      try {
        return await super.query(connection, statement)
      } catch (error) {
        if (!isEndOfConnection(error)) throw error
        connection.__knex__disposed = error
        throw new DatabaseUnavailable(error)
      } finally {
        clearInterval(watch)
      }
    }
  }

  /** What is under way on the connection fails once its server is silent; nobody waits until the network gives up. */
  const watched = (connection: Connection, server: Server): NodeJS.Timeout =>
    setInterval(() => {
      void reach(server).catch((error: unknown) => {
        noteSilence(server, error)
        connection.stream.destroy(error instanceof Error ? error : undefined)
      })
    }, patience).unref()

  return Client as unknown as typeof Knex.Client
}

/** @throws when nobody is there. */
async function reach(server: Server): Promise<void> {
  const db = knex({
    client: 'mysql2',
    connection: { ...server },
    log: { warn: () => undefined },
    pool: { min: 0, max: 1 }
  })
  try {
    await db.raw('select 1')
  } finally {
    await db.destroy()
  }
}
