/** A clamd of the tests' own: it takes streams as the real one does, and answers as a test wants. */
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** What every scanner reports, though it does no harm; in two parts, so that none reports this file. */
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

export interface FakeClamd {
  /** As `PORTICO_CLAMD` names it. */
  readonly address: string
  /** What was streamed to it. */
  readonly streams: Buffer[]
  close(): Promise<void>
}

/** What it does with a connection; `whole` gives the next command, and its stream. */
export type Behaviour = (socket: Socket, asked: () => Promise<Asked>) => void
interface Asked {
  readonly command: string
  readonly content: Buffer
}

/** As clamd does. */
export const answering: Behaviour = (socket, asked) => {
  void asked().then(({ command, content }) => {
    if (command === 'zVERSION') return socket.end('ClamAV 1.4.1/27500\0')
    return socket.end(content.includes(eicar) ? 'stream: Eicar-Signature FOUND\0' : 'stream: OK\0')
  })
}

export async function openClamd(behave: Behaviour, at = '127.0.0.1:0'): Promise<FakeClamd> {
  const streams: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    behave(socket, async () => {
      const asked = await commandFrom(socket)
      streams.push(asked.content)
      return asked
    })
  })
  const isPath = at.startsWith('/')
  server.listen(isPath ? { path: at } : { port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  return {
    address: isPath ? at : `127.0.0.1:${(server.address() as AddressInfo).port}`,
    streams,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
      if (isPath) rmSync(at, { force: true })
    }
  }
}

function commandFrom(socket: Socket): Promise<Asked> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0)
    socket.on('data', (more: Buffer) => {
      bytes = Buffer.concat([bytes, more])
      const asked = askedIn(bytes)
      if (asked) resolve(asked)
    })
  })
}

/** Undefined while there is more to come. */
function askedIn(bytes: Buffer): Asked | undefined {
  const end = bytes.indexOf(0)
  if (end < 0) return undefined
  const command = bytes.subarray(0, end).toString()
  if (command !== 'zINSTREAM') return { command, content: Buffer.alloc(0) }
  const chunks: Buffer[] = []
  for (let at = end + 1; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    if (length === 0) return { command, content: Buffer.concat(chunks) }
    chunks.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return undefined
}
