/** A worker for the supervisor's tests: the real worker with a page that says who it is. What becomes of it is its first argument. */
import { createListener } from '../../src/operation/listener.js'
import type { Prometheus } from '../../src/operation/prometheus.js'
import { workUntilTold } from '../../src/operation/worker.js'

const [becomes = 'works', port = '0'] = process.argv.slice(2)
if (becomes === 'fails') process.exit(1)

let answers = 0
const listener = createListener((req, res) => {
  answers += 1
  if (req.url === '/die') process.exit(7)
  res.end(String(process.pid))
})

const counted = {
  snapshot: async () => [
    { name: 'answers', help: '', type: 'counter', aggregator: 'sum', values: [{ value: answers, labels: {} }] },
    { name: 'members', help: '', type: 'gauge', aggregator: 'sum', values: [{ value: 1, labels: {} }] }
  ]
} as unknown as Prometheus

await workUntilTold(async () => {
  await listener.listen({ host: '127.0.0.1', port: Number(port) })
  const { close, retire } = listener
  return { prometheus: counted, running: { port: listener.port, readiness: async () => 'ready', stop: close, retire } }
})
process.exit(0)
