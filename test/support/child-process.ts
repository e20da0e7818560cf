/** Servers the tests start: each in a folder of its own under the temporary folder, on a free loopback port, and never left behind. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export interface Running {
  readonly pid: number | undefined
  /** What it has said so far. */
  said?(): string
  stop(): Promise<void>
}

const folders: string[] = []

/** A new folder that is gone when the test process ends. */
export function temporaryFolder(name: string, mode = 0o700): string {
  if (folders.length === 0) process.once('exit', removeFolders)
  const folder = mkdtempSync(join(tmpdir(), `portico-${name}-`))
  folders.push(folder)
  chmodSync(folder, mode)
  return folder
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a server and waits until `isReady` no longer throws. @throws with what the server said, when it ends or is not ready in time. */
export async function start(
  file: string,
  args: readonly string[],
  isReady: () => Promise<unknown>,
  seconds = 30
): Promise<Running> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const words = listen(child)
  const kill = (): void => killWithChildren(child)
  process.once('exit', kill)
  const stop = async (): Promise<void> => {
    process.off('exit', kill)
    if (hasEnded(child)) return
    kill()
    await once(child, 'exit')
  }
  try {
    await ready(child, isReady, Date.now() + seconds * 1000)
  } catch (cause) {
    await stop()
    throw new Error(`${file} did not start:\n${words().slice(-3000)}`, { cause })
  }
  return { pid: child.pid, said: words, stop }
}

/** A server is the leader of its process group, so that its workers end with it. */
function killWithChildren(child: ChildProcess): void {
  if (child.pid !== undefined && !hasEnded(child)) process.kill(-child.pid, 'SIGKILL')
}

function listen(child: ChildProcess): () => string {
  const words: string[] = []
  child.stdout?.on('data', (chunk: Buffer) => words.push(chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => words.push(chunk.toString()))
  child.on('error', (error) => words.push(error.message))
  return () => words.join('')
}

async function ready(child: ChildProcess, isReady: () => Promise<unknown>, deadline: number): Promise<void> {
  for (;;) {
    try {
      await isReady()
      return
    } catch (cause) {
      if (hasEnded(child) || Date.now() > deadline) throw cause
      await pause(50)
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}
