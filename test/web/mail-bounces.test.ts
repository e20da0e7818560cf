import { Readable } from 'node:stream'
import { expect } from 'chai'
import { beginningOf, readReport } from '../../src/mail/bounce.js'
import { senders } from '../../src/mail/senders.js'

const config = {
  mailFrom: 'Thermovia <portal@thermovia.example>',
  bounceAddress: 'bounces@thermovia.example',
  secret: 'a secret for tests that is long enough'
}
const ours = senders(config)
const mailId = '0019a3f2c41000010123456789abcdef0123'
const envelope = ours.envelopeOf(mailId) ?? ''
const messageId = ours.messageIdOf(mailId)
const forgedEnvelope = `bounces+${mailId}-000000000000@thermovia.example`

const raw = (text: string): Buffer => Buffer.from(text.replace(/\n/g, '\r\n'))

/** A mail in a mail in a mail. */
const nested = (levels: number): Buffer => {
  const open = Array.from({ length: levels }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`)
  return raw(`From: a@x.example\n${open.join('')}Content-Type: text/plain\n\nHello`)
}

const postfix = ({ to = envelope, action = 'failed', status = '5.1.1' } = {}): Buffer =>
  raw(`Return-Path: <>
Delivered-To: ${to}
Received: by mx.thermovia.example (Postfix) id 4F3A21C0; Sun, 22 Nov 2026 08:00:00 +0000 (UTC)
Date: Sun, 22 Nov 2026 08:00:00 +0000 (UTC)
From: MAILER-DAEMON@mx.thermovia.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ${to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F3A21BF.1795334400/mx.thermovia.example"
Message-Id: <20261122080000.4F3A21C0@mx.thermovia.example>

This is a MIME-encapsulated message.

--4F3A21BF.1795334400/mx.thermovia.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

--4F3A21BF.1795334400/mx.thermovia.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.thermovia.example
X-Postfix-Queue-ID: 4F3A21BF
Arrival-Date: Sun, 22 Nov 2026 07:59:58 +0000 (UTC)

Final-Recipient: rfc822; anna@nordwind.example
Original-Recipient: rfc822;anna@nordwind.example
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.nordwind.example
Diagnostic-Code: smtp; 550 5.1.1 <anna@nordwind.example>: Recipient address
    rejected: User unknown in virtual mailbox table

--4F3A21BF.1795334400/mx.thermovia.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <${to}>
From: Thermovia <portal@thermovia.example>
To: Anna Berg <anna@nordwind.example>
Message-ID: <something@elsewhere.example>

--4F3A21BF.1795334400/mx.thermovia.example--
`)

/** Came to an address of the operator's own; the mail is known by its Message-ID alone. */
const exchange = (id = messageId): Buffer =>
  raw(`From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@nordwind.example>
To: <portal@thermovia.example>
Date: Sun, 22 Nov 2026 08:00:00 +0000
Subject: Undeliverable: Frank invites you to Thermovia
Content-Type: multipart/report; report-type=delivery-status; boundary="_b1_"
Message-ID: <5e@EX01.nordwind.example>
MIME-Version: 1.0

--_b1_
Content-Type: multipart/alternative; boundary="_b2_"

--_b2_
Content-Type: text/plain; charset="us-ascii"

Your message to anna@nordwind.example couldn't be delivered.

--_b2_
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body>Your message couldn't be delivered.</body></html>

--_b2_--

--_b1_
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.nordwind.example
Received-From-MTA: dns;mx.thermovia.example

Final-Recipient: rfc822;anna@nordwind.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

--_b1_
Content-Type: message/rfc822

From: Thermovia <portal@thermovia.example>
To: Anna Berg <anna@nordwind.example>
Subject: Frank invites you to Thermovia
Message-ID: ${id}
Content-Type: text/plain

Hello Anna

--_b1_--
`)

const exim = (to = envelope): Buffer =>
  raw(`Return-path: <>
Envelope-to: ${to}
X-Failed-Recipients: anna@nordwind.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.nordwind.example>
To: ${to}
Subject: Mail delivery failed: returning message to sender
Date: Sun, 22 Nov 2026 08:00:00 +0000

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  anna@nordwind.example
    host mx.nordwind.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<anna@nordwind.example>:
    550 unrouteable address
`)

const away = raw(`From: Anna Berg <anna@nordwind.example>
To: ${envelope}
Subject: Out of office
Auto-Submitted: auto-replied
Content-Type: text/plain

I am away until Monday. Status: 5.1.1
`)

describe('a mail that came back', () => {
  const bounced = (status: string) => ({ kind: 'bounced', mailId, status })

  it('Z17 is known by the address that Postfix reports to', async () => {
    expect(await readReport(postfix(), ours)).to.deep.equal(bounced('5.1.1'))
  })

  it('Z17 is known by our Message-ID in the mail that Exchange gives back', async () => {
    expect(await readReport(exchange(), ours)).to.deep.equal(bounced('5.1.10'))
  })

  it('Z17 is known by the header of an Exim that writes no report', async () => {
    expect(await readReport(exim(), ours)).to.deep.equal(bounced('5.0.0'))
  })

  it('Z17 is known by the address that the mail server hands over, in any letter case', async () => {
    const report = postfix({ to: 'bounces@thermovia.example' })
    expect(await readReport(report, ours)).to.deep.equal({ kind: 'unknown' })
    expect(await readReport(report, ours, envelope.toUpperCase())).to.deep.equal(bounced('5.1.1'))
  })

  it('Z17 that is only late is none, and neither is the answer of somebody who is away', async () => {
    for (const report of [
      postfix({ action: 'delayed', status: '4.4.1' }),
      postfix({ action: 'failed', status: '4.2.2' }),
      postfix({ action: 'relayed', status: '2.0.0' }),
      away,
      raw(''),
      raw('no mail at all'),
      nested(300)
    ])
      expect(await readReport(report, ours)).to.deep.equal({ kind: 'passing' })
  })

  it('A48 of a report a million bytes are kept, and the rest is read to its end all the same', async () => {
    let taken = 0
    const chunks = (function* () {
      for (; taken < 3000; taken += 1) yield Buffer.alloc(1000, taken === 0 ? 'a' : 'b')
    })()
    const beginning = await beginningOf(Readable.from(chunks))
    expect([beginning.length, beginning[0], beginning[999_999], taken]).to.deep.equal([1_000_000, 97, 98, 3000])
  })

  it('Z17 that nobody signed here is none of ours (A49)', async () => {
    for (const report of [
      postfix({ to: forgedEnvelope }),
      exim(forgedEnvelope),
      exchange(`<${mailId}-000000000000@thermovia.example>`),
      exchange('<12@thermovia.example>')
    ])
      expect(await readReport(report, ours)).to.deep.equal({ kind: 'unknown' })
    const others = senders({ ...config, secret: 'the secret of another installation' })
    expect(await readReport(postfix(), others)).to.deep.equal({ kind: 'unknown' })
  })
})
