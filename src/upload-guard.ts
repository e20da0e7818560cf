/** The guard of uploads, where the operator has set one up: what it finds is logged and stands in the audit list (Z28). */
import type { Logger } from 'pino'
import type { Audit, AuditEntry } from './audit/audit.js'
import type { Config } from './config.js'
import type { Actor } from './host/host.js'
import { describe } from './web/errors.js'
import type { Guard } from './web/uploads.js'
import { createVirusScan } from './web/virus-scan.js'

export function guardOf(
  { clamd }: Pick<Config, 'clamd'>,
  { audit, log }: { audit: Audit; log: Logger }
): Guard | undefined {
  if (clamd === undefined) return undefined
  return {
    scan: createVirusScan(clamd),
    async onVirus(found, by) {
      log.warn({ virus: found.virus, by: by.kind }, 'an upload was refused: there is a virus in it')
      const entry = {
        action: 'upload.refused',
        subject: subjectOf(by),
        after: { file: found.name, virus: found.virus }
      }
      await audit.note({ ...entry, actor: actorOf(by) })
    },
    onFailure: (error) => log.error({ error: describe(error) }, 'clamd gave no verdict; an upload was refused')
  }
}

function actorOf(by: Actor): AuditEntry['actor'] {
  switch (by.kind) {
    case 'staff':
      return { kind: 'staff', id: by.id, name: by.id }
    case 'outside':
      return { kind: 'outside', id: by.id, name: by.name }
    case 'system':
      return { kind: 'system', id: 'portico', name: 'Portico' }
  }
}

/** Portal users have it in the list of changes on their own page. */
function subjectOf(by: Actor): string {
  return by.kind === 'outside' ? `portal-user:${by.id}` : `${by.kind}:${by.kind === 'staff' ? by.id : 'portico'}`
}
