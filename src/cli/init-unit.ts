/** The unit by which systemd runs Portico. */
import { dirname } from 'node:path'
import { besideEspocrm } from '../config-variables.js'

export interface UnitOf {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly configFile: string
  /** Of the program: its package.json stands there. */
  readonly folder: string
  /** The program that runs ours. */
  readonly node: string
  readonly user: string
  /** Processes; 0: one, without a process above it. */
  readonly workers: number
}

/** Systemd's own folder for what a service keeps: made and owned by the service's user at each start. */
export const stateFolder = '/var/lib/portico'

export function unitText(of: UnitOf): string {
  const { variables, configFile, folder, node, user, workers } = of
  const host = besideEspocrm.test(variables['DATABASE_URL'] ?? '') ? 'beside EspoCRM' : 'with its embedded CRM'
  const drain = Number(variables['PORTICO_DRAIN_SECONDS'] ?? 0)
  const command = [
    node,
    `${folder}/dist/src/cli/portico.js`,
    'serve',
    ...(workers > 0 ? ['--workers', `${workers}`] : [])
  ]
  return `# Written by portico init. Your own changes belong into: systemctl edit portico
[Unit]
Description=Portico ${host}
Wants=network-online.target
After=network-online.target${databaseHere(variables) ? ' mariadb.service mysql.service' : ''}

[Service]
Type=exec
User=${user}
EnvironmentFile=${escaped(configFile)}
WorkingDirectory=${escaped(folder)}
ExecStart=${command.map(word).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
TimeoutStopSec=${45 + drain}
Restart=on-failure
RestartSec=2

# What it keeps is in ${stateFolder}; it reads the rest of the machine and writes nowhere else.
StateDirectory=portico
StateDirectoryMode=0750
UMask=0077
ProtectSystem=strict
ProtectHome=${[folder, node, ...foldersOf(variables)].some(isAtHome) ? 'read-only' : 'true'}
${writable(variables)}PrivateTmp=true
PrivateDevices=true
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectProc=invisible
NoNewPrivileges=true
LockPersonality=true
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
RemoveIPC=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
${capabilities(variables)}
[Install]
WantedBy=multi-user.target
`
}

/** Folders that the service writes to, beside those that systemd makes for it. */
export function foldersOf(variables: UnitOf['variables']): string[] {
  const { DATABASE_URL: database = '', PORTICO_FILES: files } = variables
  const ofDatabase = database.includes('://') || database === '' ? [] : [dirname(database)]
  return [...new Set([...ofDatabase, ...(files === undefined ? [] : [files])])]
}

/** Made by systemd, as the user's own. */
function isState(folder: string): boolean {
  return folder === stateFolder || folder.startsWith(`${stateFolder}/`)
}

function writable(variables: UnitOf['variables']): string {
  const folders = foldersOf(variables).filter((folder) => !isState(folder))
  return folders.length === 0 ? '' : `ReadWritePaths=${folders.map(word).join(' ')}\n`
}

/** Only a port below 1024 needs a right that other users have not. */
function capabilities({ PORTICO_LISTEN: listen = '' }: UnitOf['variables']): string {
  const port = Number(listen.slice(listen.lastIndexOf(':') + 1))
  return port > 0 && port < 1024
    ? 'CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n'
    : 'CapabilityBoundingSet=\n'
}

function databaseHere({ DATABASE_URL: url = '' }: UnitOf['variables']): boolean {
  return /:\/\/([^/]*@)?(localhost|127\.0\.0\.1|\[::1\])[:/,]/.test(url)
}

/** There other users can't come in, and a hardened unit sees nothing. */
export function isAtHome(path: string): boolean {
  return /^\/(home|root|run\/user)\//.test(path)
}

/** systemd expands `%` everywhere. */
function escaped(path: string): string {
  return path.replaceAll('%', '%%')
}

/** A word of a command or a list of paths: blanks, quotes and `$` mean something there. */
function word(text: string): string {
  const safe = escaped(text).replaceAll('$', '$$$$')
  return /^[\w./:@%+,=$-]+$/.test(safe) ? safe : `"${safe.replace(/["\\]/g, '\\$&')}"`
}
