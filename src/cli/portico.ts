#!/usr/bin/env node
/** The command line. Each command is a sentence here and a function in a file of its own. */
import '../operation/memory.js'
import { Command, InvalidArgumentError } from 'commander'
import { readManifest } from '../plugin-manifest.js'
import { takeConfigurationFile } from './configuration-file.js'
import { reportFailure } from './terminal.js'

// Databases, uploaded files and backups are nobody else's on this machine.
process.umask(0o077)

const program = new Command('portico')
  .description('Customer portals, external users and global sharing for self-hosted open-source CRMs.')
  .version(readManifest().version)
  .addHelpText(
    'after',
    '\nConfiguration comes from environment variables; `portico doctor` shows what is in force and what is wrong.'
  )

program
  .command('serve')
  .alias('start')
  .description('Start Portico: with the embedded CRM, or beside EspoCRM, as DATABASE_URL says.')
  .option(
    '--workers <number>',
    'answer with so many processes; SIGHUP replaces them one by one (not with SQLite)',
    workers
  )
  .option('--demo', 'fill an empty database of the embedded CRM with the demo world first')
  .action(later(async () => (await import('./serve.js')).serve))

program
  .command('migrate')
  .description("Bring Portico's own tables up to date.")
  .action(later(async () => (await import('./migrate.js')).runMigrations))

program
  .command('seed')
  .description(
    'Fill an empty embedded CRM with the demo world. Its passwords are public: never do this where strangers can reach it.'
  )
  .action(later(async () => (await import('./demo.js')).seed))

program
  .command('invite')
  .description('Send a portal invitation to the person of a record.')
  .argument('<module>', 'the module of the record, for example Contact')
  .argument('<id>', 'the id of the record')
  .requiredOption('--portal <address>', "the portal's address, for example thermovia")
  .requiredOption('--by <user name>', 'the CRM user who invites; what the person creates will belong to him')
  .option('--user-type <name>', 'the user type', 'Client Portal')
  .option('--language <code>', 'the language of the mail: en, de or cs', 'en')
  .action(later(async () => (await import('./invite.js')).inviteOne))

program
  .command('reset-password')
  .description('Print a link by which a person sets a new password. It is valid for one day and for one use.')
  .argument('<address>', "the person's e-mail address")
  .requiredOption('--portal <address>', "the portal's address")
  .action(later(async () => (await import('./reset-password.js')).resetPassword))

program
  .command('explain')
  .description('Say why a portal user sees a record, or why not.')
  .argument('<address>', "the portal user's e-mail address")
  .argument('<module>', 'the module of the record, for example Case')
  .argument('<id>', 'the id of the record')
  .requiredOption('--portal <address>', "the portal's address")
  .option('--language <code>', 'the language of the answer: en, de or cs', 'en')
  .action(later(async () => (await import('./explain.js')).explain))

program
  .command('bounce')
  .description("Read a mail server's report of a failed delivery from standard input; mail servers call it.")
  .argument('[recipient]', 'the address that the report came to')
  .action(later(async () => (await import('./bounce.js')).takeBounce))

program
  .command('vhost')
  .description("Print a web server's configuration for a portal, to put in place, or check one that is in place.")
  .option('--portal <address>', "the portal's address, for example thermovia (default: the public address)")
  .option('--server <name>', 'apache or nginx')
  .option('--mode <mode>', 'apache: proxy, rewrite or htaccess; nginx: proxy or rewrite (default: proxy)')
  .option(
    '--tls <files>',
    'certificate and key with a comma between, or front where another server ends TLS; needed for a host name of its own with https'
  )
  .option('--tls-cert <file>', 'the certificate')
  .option('--tls-key <file>', "the certificate's key")
  .option('--backend <host:port...>', 'where Portico listens, once for each (default: as PORTICO_LISTEN says)')
  .option('--root <folder>', "the web server's own folder (default: /var/www/html)")
  .option('--check <url>', 'look at a deployed address instead, and say what is wrong')
  .option('--at <address>', 'with --check: connect to this IP address, whatever the host name means')
  .action(later(async () => (await import('./vhost.js')).vhost))

program
  .command('doctor')
  .description(
    'Check the configuration, the database and the connection to the CRM, and say what to do about each fault.'
  )
  .action(later(async () => (await import('./doctor.js')).doctor))

program
  .command('init')
  .description(
    'Set Portico up on this machine: asks, writes the configuration and a unit for systemd, makes the tables.'
  )
  .option('--yes', 'ask nothing: whatever has a default gets it')
  .option('--change', 'change a configuration that is there: what is named, and nothing else')
  .option('--dry-run', 'write nothing, and print what would be written')
  .option('--crm <name>', 'embedded or espocrm')
  .option('--database <url>', 'DATABASE_URL; with a password in it better in the environment')
  .option('--url <address>', 'PORTICO_PUBLIC_URL: what visitors type')
  .option('--listen <host:port>', 'PORTICO_LISTEN: where the web server finds Portico')
  .option('--files <folder>', 'PORTICO_FILES: the folder of uploaded files')
  .option('--company <name>', 'PORTICO_COMPANY_NAME')
  .option('--domains <list>', "PORTICO_COMPANY_DOMAINS: the company's own mail domains")
  .option('--from <address>', 'PORTICO_MAIL_FROM: the sender of mails')
  .option('--smtp <url>', 'PORTICO_SMTP_URL: the mail server')
  .option('--metrics <host:port>', 'PORTICO_METRICS_LISTEN: where Prometheus reads')
  .option('--set <NAME=value...>', 'any other variable')
  .option('--admin <user name>', 'the first administrator of an embedded CRM that has nobody', 'admin')
  .option('--admin-password-file <file>', 'his password; without it one is made and put into a file')
  .option('--user <name>', 'the user that the service runs as', 'portico')
  .option('--workers <n>', 'processes (default: 2 with MySQL or MariaDB, one with SQLite)')
  .option('--unit <file>', 'where the unit goes (default: /etc/systemd/system for root, else beside the configuration)')
  .option('--no-unit', 'no unit')
  .option('--replace-unit', 'write the unit anew where somebody changed it')
  .action(later(async () => (await import('./init.js')).init))

program
  .command('backup')
  .description('Copy the database and the uploaded files, as of one moment, while the service runs.')
  .argument('<folder>', 'where to; a new folder for each backup')
  .action(later(async () => (await import('./backup.js')).backup))

program
  .command('restore')
  .description('Put a backup back into an empty database and an empty folder of files, and count everything again.')
  .argument('<folder>', 'a folder that `portico backup` made')
  .option(
    '--other-secret',
    'the PORTICO_SECRET of then is lost or there was none: nothing proves that the backup is as it was made'
  )
  .option('--withdraw-messages', 'mails, text messages and notifications that waited then are not sent')
  .action(later(async () => (await import('./backup.js')).restore))

for (const command of program.commands)
  command.option('--config <file>', 'a file of variables; the environment counts before it (default: PORTICO_CONFIG)')
program.hook('preAction', (_program, command) => {
  const file = command.opts<{ config?: string }>().config ?? process.env['PORTICO_CONFIG']
  if (file && command.name() !== 'init') takeConfigurationFile(file, process.env)
})

/** A command is loaded when it is called: the service must not carry the others around. */
function later(load: () => Promise<(...given: never[]) => unknown>): (...given: unknown[]) => Promise<void> {
  return async (...given) => void (await (await load())(...(given as never[])))
}

function workers(text: string): number {
  if (!/^([1-9]|[1-5]\d|6[0-4])$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 64.')
  return Number(text)
}

await program.parseAsync().catch(reportFailure)
