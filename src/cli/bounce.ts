/** `portico bounce`: a mail server pipes a report of a failed delivery in. */
import { beginningOf, readReport } from '../mail/bounce.js'
import { senders } from '../mail/senders.js'
import { say, withInstallation } from './terminal.js'

/** What mail servers take as *try again later* (EX_TEMPFAIL): the report isn't lost while the database is away. */
const tryAgain = 75

/** Whatever the report says, the mail server has done its part: only what we couldn't do makes it try again. */
export async function takeBounce(recipient?: string): Promise<void> {
  try {
    const report = await beginningOf(process.stdin)
    await withInstallation(async ({ config, portico: { context } }) => {
      const found = await readReport(report, senders(config), recipient)
      if (found.kind === 'passing') return say('Nothing is lost: the report is of no failed delivery.')
      if (found.kind === 'unknown') return say('The report is of no mail that was sent from here.')
      const isNew = await context.mail.bounced(found.mailId, found.status)
      say(isNew ? `Mail ${found.mailId} came back: ${found.status}.` : `Mail ${found.mailId} is not waited for.`)
    })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = tryAgain
  }
}
