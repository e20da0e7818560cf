/** What is left to do by hand after `portico init`, as commands to copy. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { besideEspocrm } from '../config-variables.js'
import { projectFolder } from '../web/project-folder.js'
import type { Answers } from './init-questions.js'
import { foldersOf, isAtHome, stateFolder } from './init-unit.js'

export interface StepsOf {
  readonly variables: Answers
  readonly file: string
  readonly unitFile: string | undefined
  readonly user: string
  readonly administrator: { readonly userName: string; readonly passwordFile: string | undefined } | undefined
}

export function stepsByHand(of: StepsOf): string[] {
  const isEspocrm = besideEspocrm.test(of.variables['DATABASE_URL'] ?? '')
  return [
    ...theUser(of),
    ...(of.unitFile === undefined ? [] : [theUnit(of.unitFile)]),
    theWebServer(of, isEspocrm),
    theEntry(of, isEspocrm),
    theBackup(of)
  ]
}

function theUser({ user, file, variables }: StepsOf): string[] {
  const folders = [...new Set([stateFolder, ...foldersOf(variables)].filter((folder) => existsSync(folder)))].filter(
    (folder, _, all) => !all.some((other) => folder.startsWith(`${other}/`))
  )
  const make = `  useradd --system --home-dir ${stateFolder} --shell /usr/sbin/nologin ${user}\n`
  return [
    ...(isAtHome(projectFolder('x'))
      ? [
          `The program is in ${projectFolder('.')}, where no other user comes in: move it, to /opt/portico for example, and run init there.`
        ]
      : []),
    `The user the service runs as, who owns its configuration and what it keeps:\n${hasUser(user) ? '' : make}  chown -R ${user}: ${quoted([file, ...folders])}`
  ]
}

function hasUser(user: string): boolean {
  return existsSync('/etc/passwd') && readFileSync('/etc/passwd', 'utf8').includes(`\n${user}:`)
}

function theUnit(unitFile: string): string {
  const copy = dirname(unitFile) === '/etc/systemd/system' ? '' : `  cp ${quoted([unitFile])} /etc/systemd/system/\n`
  return `The service, now and at every start of the machine:\n${copy}  systemctl daemon-reload\n  systemctl enable --now ${basename(unitFile, '.service')}`
}

function theWebServer({ variables, file }: StepsOf, isEspocrm: boolean): string {
  const { PORTICO_LISTEN: listen, PORTICO_PUBLIC_URL: url = '' } = variables
  const print = `  ${command()} vhost --config ${quoted([file])} --server apache`
  if (isEspocrm)
    return `EspoCRM's web server passes the service's path on to ${listen}. This prints the lines for its virtual host (or --server nginx):\n${print}`
  if (!url.startsWith('https:'))
    return `A web server in front, which passes ${url} on to ${listen}. This prints the lines for it (or --server nginx):\n${print}`
  return `A web server in front with a certificate, which passes ${url} on to ${listen}. This prints the lines for it (or --server nginx), with the files of your certificate and its key in place of CERT and KEY:\n${print} --tls CERT,KEY`
}

function theEntry({ variables, administrator }: StepsOf, isEspocrm: boolean): string {
  if (isEspocrm) return 'The switches in EspoCRM: Administration > Integrations > Portico.'
  const at = `${variables['PORTICO_PUBLIC_URL']}/crm`
  if (!administrator) return `Sign in at ${at}, and switch on what you want in the settings.`
  const { userName, passwordFile } = administrator
  const password =
    passwordFile === undefined ? 'your password' : `the password in ${passwordFile}; delete that file then`
  return `Sign in at ${at} as ${userName} with ${password}, and switch on what you want in the settings.`
}

function theBackup({ file, user }: StepsOf): string {
  return `A backup every night, and the configuration with it, elsewhere:\n  install -d -o ${user} -m 700 /var/backups/portico\n  sudo -u ${user} ${command()} backup --config ${quoted([file])} /var/backups/portico/$(date +%F)`
}

/** How this program is called here. */
function command(): string {
  const isOnPath = (process.env['PATH'] ?? '')
    .split(':')
    .some((folder) => folder !== '' && existsSync(`${folder}/portico`))
  return isOnPath && !process.argv[1]?.includes('node_modules/.bin')
    ? 'portico'
    : `node ${projectFolder('dist/src/cli/portico.js')}`
}

function quoted(paths: readonly string[]): string {
  return paths.map((path) => (/^[\w./:@%+,=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)).join(' ')
}
