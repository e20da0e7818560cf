/** What `portico serve` says when it takes requests: sentences for people who try it out, a line of the log in production. */
import { demoPassword } from '../../demo/cast.js'
import type { Installation } from '../installation.js'
import { say } from './terminal.js'

export function greet(installation: Installation, isDemo: boolean): void {
  const { config, log } = installation
  if (config.environment !== 'production') return welcome(installation, isDemo)
  log.info({ publicUrl: config.publicUrl }, 'Portico takes requests')
  if (!config.smtpUrl) log.warn('mails wait for a mail server: there is no PORTICO_SMTP_URL')
}

function welcome({ config, host }: Installation, isDemo: boolean): void {
  say()
  say(`  Portico is running:      ${config.publicUrl}/`)
  say(`  Staff sign in at:        ${host.name === 'embedded' ? `${config.publicUrl}/crm` : host.homeUrl}`)
  if (isDemo) {
    say(`  Customers sign in at:    ${config.publicUrl}/portal`)
    say(`  Everybody's password:    ${demoPassword}   (the names stand on the first page)`)
  }
  say()
}
