/** The gateway that sends text messages: one signed request per message (Z18). `docs/operating.md` says what it receives. */
import { createHmac } from 'node:crypto'
import type { Config } from '../config.js'
import type { Outcome } from '../messages/queue.js'

export interface ForGateway {
  readonly id: string
  readonly to_number: string
  readonly text: string
  readonly kind: string
}

export type Gateway = NonNullable<Config['smsGateway']>

/** A gateway that says nothing for so long did not take the message. */
const patience = 10_000

/** Hands one message over. What it answers is a number to us, nothing more: its words may repeat the message. `now` in milliseconds. */
export async function handOver(gateway: Gateway, message: ForGateway, now: number): Promise<Outcome> {
  const { id, to_number: to, text, kind } = message
  const body = JSON.stringify({ id, to, text, kind })
  try {
    const answer = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id, ...signed(gateway.secret, body, now) },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patience)
    })
    await answer.body?.cancel()
    return outcomeOf(answer.status)
  } catch (error) {
    return { state: 'later', error: codeOf(error) }
  }
}

/** The moment is signed with the body, so that nobody can send an old request once more. */
function signed(secret: string, body: string, now: number): Record<string, string> {
  const moment = String(Math.floor(now / 1000))
  const signature = createHmac('sha256', secret).update(`${moment}.${body}`).digest('hex')
  return { 'Portico-Timestamp': moment, 'Portico-Signature': `sha256=${signature}` }
}

/** Answers that are about us and not about the message: the operator mends the secret or the address (401, 403, 404, 405, 407), or it goes
 *  better next time (408, 425, 429). */
const notAboutTheMessage: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 425, 429])

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return { state: 'sent' }
  const isFinal = status >= 400 && status < 500 && !notAboutTheMessage.has(status)
  return { state: isFinal ? 'refused' : 'later', error: String(status) }
}

function codeOf(error: unknown): string {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } }
  if (name === 'TimeoutError') return 'timeout'
  return String(cause?.code ?? 'unknown').slice(0, 128)
}
