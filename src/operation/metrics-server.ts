/** Numbers for Prometheus and the answers about health, on a port that visitors don't reach. */
import type { Address } from '../config.js'
import { answersHealth, plain, type AskReadiness } from './health.js'
import { createListener, type Listener } from './listener.js'

export interface Asked {
  readonly readiness: AskReadiness
  /** In Prometheus' text format. */
  metrics(): Promise<string>
}

/** @throws OperatorError when the address can't be had. */
export async function serveMetrics(at: Address, { readiness, metrics }: Asked): Promise<Listener> {
  const listener = createListener((req, res) => {
    if (answersHealth(req, res, readiness)) return
    if (req.url !== '/metrics') return plain(res, 404, 'Not found')
    void metrics().then(
      (text) => res.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      () => plain(res, 503, 'no numbers at this moment')
    )
  })
  await listener.listen(at, 'PORTICO_METRICS_LISTEN')
  return listener
}
