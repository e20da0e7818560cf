/** A look at uploads by clamd (ClamAV): each file is streamed to it (INSTREAM), and taken only when it says that it found nothing (Z28).
 *  Without an answer, or with one that we don't know, the file is refused. */
import { createReadStream } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { PorticoError } from '../errors.js'

export interface VirusScan {
  /** The name of what is in the file at `path`; undefined when nothing was found. @throws ScanFailed when clamd gave no verdict */
  virusIn(path: string): Promise<string | undefined>
}

/** No verdict: clamd can't be reached, is too slow, or the file is larger than it takes. */
export class ScanFailed extends PorticoError {
  constructor(cause: unknown) {
    super('errors.file.unscanned', { status: 503, cause })
  }
}

/** Milliseconds without a word from clamd, and for the whole of a file. */
export interface Patience {
  readonly idle: number
  readonly whole: number
}
const usualPatience: Patience = { idle: 30_000, whole: 120_000 }

/** `clamd` is `host:port` or the path of a socket. */
export function createVirusScan(clamd: string, patience: Patience = usualPatience): VirusScan {
  return {
    async virusIn(path) {
      try {
        return verdictIn(await ask(clamd, patience, (socket) => stream(socket, path)))
      } catch (cause) {
        throw new ScanFailed(cause)
      }
    }
  }
}

/** What clamd says of itself. @throws when it can't be reached */
export function clamdVersion(clamd: string, patience: Patience = usualPatience): Promise<string> {
  return ask(clamd, patience, async (socket) => void socket.write('zVERSION\0'))
}

/** `stream: OK`, `stream: Eicar-Signature FOUND`; all else is no verdict. */
function verdictIn(answer: string): string | undefined {
  if (answer === 'stream: OK') return undefined
  const found = /^stream: (.+) FOUND$/.exec(answer)
  if (!found) throw new Error(`clamd says: ${answer.slice(0, 200)}`)
  return found[1]
}

/** One question, one answer: then clamd hangs up. */
async function ask(clamd: string, patience: Patience, say: (socket: Socket) => Promise<void>): Promise<string> {
  const socket = open(clamd)
  const slow = (): void => void socket.destroy(new Error('clamd is too slow.'))
  socket.setTimeout(patience.idle, slow)
  const whole = setTimeout(slow, patience.whole)
  try {
    const [answer] = await Promise.all([answerOf(socket), saying(socket, say)])
    return answer
  } finally {
    clearTimeout(whole)
    socket.destroy()
  }
}

function open(clamd: string): Socket {
  if (clamd.startsWith('/')) return connect(clamd)
  const { hostname, port } = new URL(`clamd://${clamd}`)
  return connect(Number(port), hostname.replace(/^\[|\]$/g, ''))
}

/** clamd may answer and hang up before it was told everything: then the answer counts, whatever became of the rest. */
async function saying(socket: Socket, say: (socket: Socket) => Promise<void>): Promise<void> {
  try {
    await say(socket)
  } catch (error) {
    if (!socket.destroyed && !socket.readableEnded) socket.destroy(error as Error)
  }
}

function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (words: string) => {
      answer = (answer + words).slice(0, 1000)
      const end = answer.indexOf('\0')
      if (end >= 0) resolve(answer.slice(0, end))
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('clamd hung up.')))
  })
}

/** Chunks with their length in four bytes before each; a length of nothing is the end. */
async function stream(socket: Socket, path: string): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'))
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    await write(socket, lengthOf(chunk.length))
    await write(socket, chunk)
  }
  await write(socket, lengthOf(0))
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes)
  return length
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}
