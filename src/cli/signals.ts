/** What the signals of a supervisor (systemd, a terminal) mean to `portico serve`. */
import { reportFailure } from './terminal.js'

export interface Meaning {
  /** SIGTERM and SIGINT: finish what is under way. The process ends when it is done. */
  stop(): Promise<void>
  /** The same once more: now. */
  kill(): void
  /** SIGHUP from a supervisor; from a terminal it means that the terminal is gone. */
  reload(): void
}

/** npm hands a signal on that the terminal has sent to everybody: twice within this time is once. */
const echo = 500

export function onSignals({ stop, kill, reload }: Meaning): void {
  let toldAt: number | undefined
  const end = (): void => {
    if (toldAt !== undefined && Date.now() - toldAt < echo) return
    if (toldAt !== undefined) {
      kill()
      process.exit(1)
    }
    toldAt = Date.now()
    void stop()
      .catch(reportFailure)
      .finally(() => process.exit(process.exitCode ?? 0))
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  process.on('SIGHUP', process.stdin.isTTY ? end : reload)
}
