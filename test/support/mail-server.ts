/** A mail server for the tests: takes mails and shows them, or refuses them while it is told to. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

export interface MailServer {
  readonly url: string
  /** Mails as they came over the wire, oldest first. */
  readonly taken: string[]
  /** Sender and recipient of each, as the envelope named them. */
  readonly envelopes: { from: string; to: string[] }[]
  /** `now`: it takes no mail at the moment; `recipient`: what it says to every recipient. */
  readonly refuse: { now: boolean; recipient?: { code: number; words: string } }
  close(): void
}

export async function openMailServer(): Promise<MailServer> {
  const taken: string[] = []
  const envelopes: MailServer['envelopes'] = []
  const refuse: MailServer['refuse'] = { now: false }
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (_, __, done) => {
      const { code, words } = refuse.recipient ?? {}
      done(code === undefined ? null : Object.assign(new Error(words), { responseCode: code }))
    },
    onData: (stream, session, done) => {
      void text(stream).then((mail) => {
        if (!refuse.now) {
          taken.push(mail)
          envelopes.push(envelopeOf(session.envelope))
        }
        done(refuse.now ? Object.assign(new Error('not now, anna@nordwind.example'), { responseCode: 451 }) : null)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    taken,
    envelopes,
    refuse,
    close: () => server.close(() => undefined)
  }
}

function envelopeOf({ mailFrom, rcptTo }: SMTPServerSession['envelope']): { from: string; to: string[] } {
  return { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) }
}

/** The body of a mail as its reader sees it: without the breaks and codes of the wire. */
export function readable(mail: string): string {
  const bytes = mail
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
