#!/usr/bin/env node
/** The command line. Each command is a sentence here and a function in a file of its own. */
import { Command } from 'commander'
import { readManifest } from '../portico.js'
import { takeBounce } from './bounce.js'
import { doctor } from './doctor.js'
import { explain } from './explain.js'
import { inviteOne } from './invite.js'
import { resetPassword } from './reset-password.js'
import { runMigrations, seed, start } from './start.js'
import { reportFailure } from './terminal.js'

const program = new Command('portico')
  .description('Customer portals, external users and global sharing for self-hosted open-source CRMs.')
  .version(readManifest().version)
  .addHelpText(
    'after',
    '\nConfiguration comes from environment variables; `portico doctor` shows what is in force and what is wrong.'
  )

program
  .command('start')
  .description('Start Portico: with the embedded CRM, or beside EspoCRM, as DATABASE_URL says.')
  .option('--demo', 'fill an empty database of the embedded CRM with the demo world first')
  .action(start)

program.command('migrate').description("Bring Portico's own tables up to date.").action(runMigrations)

program
  .command('seed')
  .description(
    'Fill an empty embedded CRM with the demo world. Its passwords are public: never do this where strangers can reach it.'
  )
  .action(seed)

program
  .command('invite')
  .description('Send a portal invitation to the person of a record.')
  .argument('<module>', 'the module of the record, for example Contact')
  .argument('<id>', 'the id of the record')
  .requiredOption('--portal <address>', "the portal's address, for example thermovia")
  .requiredOption('--by <user name>', 'the CRM user who invites; what the person creates will belong to him')
  .option('--user-type <name>', 'the user type', 'Client Portal')
  .option('--language <code>', 'the language of the mail: en, de or cs', 'en')
  .action(inviteOne)

program
  .command('reset-password')
  .description('Print a link by which a person sets a new password. It is valid for one day and for one use.')
  .argument('<address>', "the person's e-mail address")
  .requiredOption('--portal <address>', "the portal's address")
  .action(resetPassword)

program
  .command('explain')
  .description('Say why a portal user sees a record, or why not.')
  .argument('<address>', "the portal user's e-mail address")
  .argument('<module>', 'the module of the record, for example Case')
  .argument('<id>', 'the id of the record')
  .requiredOption('--portal <address>', "the portal's address")
  .option('--language <code>', 'the language of the answer: en, de or cs', 'en')
  .action(explain)

program
  .command('bounce')
  .description("Read a mail server's report of a failed delivery from standard input; mail servers call it.")
  .argument('[recipient]', 'the address that the report came to')
  .action(takeBounce)

program
  .command('doctor')
  .description(
    'Check the configuration, the database and the connection to the CRM, and say what to do about each fault.'
  )
  .action(doctor)

await program.parseAsync().catch(reportFailure)
