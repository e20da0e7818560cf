/** People from outside on their way in: by the link of the last mail. */
import { expect } from 'chai'
import { readable, type MailServer } from '../support/mail-server.js'
import type { Visitor } from '../support/visitor.js'
import { customerPassword } from './customers.js'

/** The link of the last mail that was taken. */
export function invitationLink({ taken }: MailServer): string {
  const link = /https?:\/\/\S+\/invitation\/[\w-]+/.exec(readable(taken.at(-1) ?? ''))?.[0]
  expect(link, 'a link in the mail').to.be.a('string')
  return link!
}

/** Accepts the last invitation, chooses a password and the formats, and is in. */
export async function accept(visitor: Visitor, mails: MailServer): Promise<void> {
  await visitor.open(invitationLink(mails))
  await visitor.send('Accept the invitation')
  await visitor.send('Set the password', { password: customerPassword })
  await visitor.send('Continue', {
    locale: 'en',
    dateFormat: 'dmy',
    timeFormat: '24',
    timeZone: 'Europe/Berlin',
    country: 'DE'
  })
  visitor.is(200)
}
