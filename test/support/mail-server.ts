/** A mail server for the tests: takes mails and shows them, or refuses them while it is told to. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface MailServer {
  readonly url: string
  /** Mails as they came over the wire, oldest first. */
  readonly taken: string[]
  readonly refuse: { now: boolean }
  close(): void
}

export async function openMailServer(): Promise<MailServer> {
  const taken: string[] = []
  const refuse = { now: false }
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, done) => {
      void text(stream).then((mail) => {
        if (!refuse.now) taken.push(mail)
        done(refuse.now ? Object.assign(new Error('not now, anna@nordwind.example'), { responseCode: 451 }) : null)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    taken,
    refuse,
    close: () => server.close(() => undefined)
  }
}

/** The body of a mail as its reader sees it: without the breaks and codes of the wire. */
export function readable(mail: string): string {
  const bytes = mail
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
