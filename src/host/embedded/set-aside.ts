/** While a backup is made, removed files are set aside for it: its snapshot of the database may still name them. */
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { OperatorError } from '../../errors.js'

const mark = (folder: string): string => join(folder, '.backup')
const aside = (folder: string): string => join(folder, '.removed')

/** In milliseconds: a mark that nobody renewed for so long is of a backup that broke off. */
const longestSilence = 5 * 60_000
const renewal = 60_000

/** Removes the file at `path` below the folder, or sets it aside. The row that named it is gone by now. */
export async function letGo(folder: string, path: string): Promise<void> {
  const marked = await stat(mark(folder)).catch(() => undefined)
  const isBeingBackedUp = marked !== undefined && Date.now() - marked.mtimeMs < longestSilence
  if (isBeingBackedUp) return setAside(folder, path)
  await rm(join(folder, path), { force: true })
  if (marked) await endOf(folder)
}

async function setAside(folder: string, path: string): Promise<void> {
  await mkdir(aside(folder), { recursive: true, mode: 0o700 })
  await rename(join(folder, path), asidePathOf(folder, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

/** Where a file lies that was removed during `whileSetAside`. */
export function asidePathOf(folder: string, path: string): string {
  return join(aside(folder), basename(path))
}

/** Does `work`, during which removed files of the folder are set aside; afterwards they are gone. @throws OperatorError while another one does so */
export async function whileSetAside<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await begin(folder)
  const timer = setInterval(() => void utimes(mark(folder), new Date(), new Date()).catch(() => undefined), renewal)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    await endOf(folder)
  }
}

/** Two at once would throw away what is set aside for the other. */
async function begin(folder: string): Promise<void> {
  if (await isTaken(folder)) throw new OperatorError(otherBackup(folder))
  await endOf(folder)
  await writeFile(mark(folder), `${hostname()} ${process.pid}`, { flag: 'wx' }).catch((cause: unknown) => {
    throw new OperatorError(otherBackup(folder), { cause })
  })
}

const otherBackup = (folder: string): string =>
  `Another backup of ${folder} is being made. Wait for it; if it broke off on another machine, for five minutes.`

/** Whether somebody holds the mark who, as far as this machine can tell, still lives. */
async function isTaken(folder: string): Promise<boolean> {
  const marked = await stat(mark(folder)).catch(() => undefined)
  if (!marked || Date.now() - marked.mtimeMs >= longestSilence) return false
  const [host, pid] = (await readFile(mark(folder), 'utf8').catch(() => '')).split(' ')
  return host !== hostname() || isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function endOf(folder: string): Promise<void> {
  await rm(mark(folder), { force: true })
  await rm(aside(folder), { recursive: true, force: true })
}
