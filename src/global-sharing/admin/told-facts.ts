/** What pages tell of a record's facts: only what the CRM shows to who asks. */
import type { Context } from '../../context.js'
import type { Staff } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import type { RecordFacts } from '../reasons.js'

/** Parents and followed records by their titles only where the CRM shows them to who asks. */
export async function toldTo(context: Context, staff: Staff, t: Translate, facts: RecordFacts): Promise<RecordFacts> {
  const behind = new Map<string, readonly RecordFacts[]>()
  for (const [link, ends] of facts.behind) {
    const told: RecordFacts[] = []
    for (const end of ends) {
      const isShown = await context.host.allows(staff, 'view', end.module.name, end.id)
      const title = isShown ? end.title : t('answers:record.untold', { module: end.module.labelPlural })
      told.push({ ...(await toldTo(context, staff, t, end)), title })
    }
    behind.set(link, told)
  }
  return { ...facts, behind }
}
