/** Text messages that no gateway sent, to be read on the mailbox page in development. */
import type { Knex } from 'knex'

export interface UnsentText {
  readonly id: string
  readonly to_number: string
  readonly text: string
  readonly created_at: string
}

/** Newest first, at most 100. */
export function unsentTexts(db: Knex): Promise<UnsentText[]> {
  return db<UnsentText & { state: string }>('portico_sms')
    .select('id', 'to_number', 'text', 'created_at')
    .whereIn('state', ['waiting', 'logged'])
    .orderBy('id', 'desc')
    .limit(100)
}
