/** What is kept of a mail's own words and addresses, whoever reads it. */
export interface MailRow {
  readonly to_name: string
  readonly to_address: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly from_name: string | null
  readonly from_address: string | null
  readonly reply_to: string | null
  readonly unsubscribe: string | null
}

export const mailColumns = [
  'to_name',
  'to_address',
  'subject',
  'text',
  'html',
  'from_name',
  'from_address',
  'reply_to',
  'unsubscribe'
] as const satisfies readonly (keyof MailRow)[]
