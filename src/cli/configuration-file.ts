/** The file that `--config` or `PORTICO_CONFIG` names: its variables count where the environment says nothing. */
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync
} from 'node:fs'
import { readVariables } from '../environment-file.js'
import { OperatorError } from '../errors.js'

/** Puts the file's variables into the environment of this process, and so of those it starts. @throws OperatorError */
export function takeConfigurationFile(file: string, env: NodeJS.ProcessEnv): void {
  const variables = readVariables(textOf(file), file)
  for (const [name, value] of Object.entries(variables)) env[name] ??= value
  env['PORTICO_CONFIG'] = file
}

/** @throws OperatorError when it can't be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new OperatorError(`The configuration file ${file} can't be read: ${(cause as Error).message}`, { cause })
  }
}

/** The text of the file, or undefined when there is none. @throws OperatorError when there is one that can't be read. */
export function textIfThere(file: string): string | undefined {
  return existsSync(file) ? textOf(file) : undefined
}

/** Writes the file as a whole or not at all. Its owner stays; `mode` is for a new one, whatever the umask is; others never get a right to an
 *  old one. */
export function writeWhole(file: string, text: string, mode: number): void {
  const before = statSync(file, { throwIfNoEntry: false })
  const unfinished = `${file}.${process.pid}.new`
  const handle = openSync(unfinished, 'wx', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
    if (before) fchownSync(handle, before.uid, before.gid)
    fchmodSync(handle, before ? before.mode & 0o777 & keptOf(mode) : mode)
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  } finally {
    closeSync(handle)
  }
}

/** What an old file keeps of its rights: a group that the operator let read it may go on, where `mode` is for the owner alone. */
function keptOf(mode: number): number {
  return mode === 0o600 ? 0o640 : 0o644
}
