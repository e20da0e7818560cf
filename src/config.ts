/** Configuration: environment variables, read once at start; all problems are reported at once. */
export interface Config {
  readonly environment: 'production' | 'development' | 'test'
  /** Address the service listens on. */
  readonly listen: { readonly host: string; readonly port: number }
  /** What visitors type, without a trailing slash: `https://crm.example.com`. Links in mails are built from it, never from a request. */
  readonly publicUrl: string
  /** A file for SQLite, or `mysql://user:password@host:port/database`. */
  readonly databaseUrl: string
  /** At least 32 characters; cookies, tokens and cursors are keyed by it. */
  readonly secret: string
  readonly filesFolder: string
  /** `smtp://…` or `smtps://…`; undefined: mail stays in the development mailbox. */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string
  /** The company's name (Z01 proposes it for a portal) and its own mail domains (Z02, T12). */
  readonly company: { readonly name: string; readonly mailDomains: readonly string[] }
  readonly invitationDays: number
  readonly limits: {
    readonly userTypesPerPortal: number
    readonly activeUsersPerType: number
    /** Bytes. */
    readonly uploadSize: number
    readonly filesPerNote: number
  }
  /** Hops of reverse proxies to trust for the visitor's address; 0: none. */
  readonly trustedProxies: number
  readonly logLevel: string
  /** Origins that may show our pages in a frame; none when absent (A51). */
  readonly frameAncestors?: readonly string[]
}
