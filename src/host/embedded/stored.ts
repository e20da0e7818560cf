/** What of the embedded CRM lies outside of its rows, or ends with the process that made it: for backups. */
import { pathOfFile } from './files.js'
import { asidePathOf, whileSetAside } from './set-aside.js'

export const stored = {
  /** Its first column is the id of a file in the folder of files. */
  fileTable: 'crm_file',
  /** Where in that folder the file is. */
  pathOf: pathOfFile,
  whileSetAside,
  asidePathOf,
  /** Of who is signed in. */
  sessionTables: ['crm_session']
} as const
