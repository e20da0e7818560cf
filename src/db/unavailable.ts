/** The database can't be asked at the moment: no server answers, the connection broke off, or the server takes no statements. */

/** `code` and `message` are those of the driver. Whether a change that was under way was made is not known. */
export class DatabaseUnavailable extends Error {
  readonly code: string

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'DatabaseUnavailable'
    this.code = codeOf(cause)
  }
}

/** A server that has left its cluster, that only replicates, that stops, or that is full: another one may do. */
const unfit = new Set([
  'ER_UNKNOWN_COM_ERROR',
  'ER_ERROR_DURING_COMMIT',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_CONNECTION_KILLED',
  'PROTOCOL_CONNECTION_LOST'
])

/** Whether the connection on which this happened is of no more use. */
export function isEndOfConnection(error: unknown): boolean {
  return error instanceof Error && (('fatal' in error && error.fatal === true) || unfit.has(codeOf(error)))
}

/** No server was reached, the connection broke off, or none was free for as long as a request can wait. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof DatabaseUnavailable || (error instanceof Error && error.name === 'KnexTimeoutError')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'CONNECTION_CLOSED'
}
