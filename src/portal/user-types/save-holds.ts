/** Saying which records wait for approval or for review (Z15). */
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import type { Field, Module } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { configuration } from '../configuration.js'
import { holdKinds, type Hold, type Holds } from './holds.js'
import { userTypeById } from './releases.js'

/** The fields of a module that can say it: those with options. */
export function fieldsThatHold(module: Module | undefined): Field[] {
  return [...(module?.fields.values() ?? [])].filter(({ type, options }) => type === 'option' && options.length > 0)
}

/** Whether the CRM no longer has the field, or none of the values. */
export function isGone(module: Module | undefined, { field, values }: Hold): boolean {
  const known = fieldsThatHold(module).find(({ name }) => name === field)
  return !known?.options.some(({ value }) => values.includes(value))
}

/** @throws Invalid for what the CRM does not have, ChangedMeanwhile, NotFound */
export async function saveHolds(context: Context, seen: Seen, holds: Holds, by: Staff): Promise<void> {
  const userType = userTypeById(await configuration(context.db), seen.id)
  const module = (await context.host.catalog('en')).modules.get(userType.primaryModule)
  const wrong = holdKinds.filter((kind) => isNewAndGone(module, userType.holds[kind], holds[kind]))
  if (wrong.length > 0)
    throw new Invalid(Object.fromEntries(wrong.map((kind) => [kind, { key: 'errors.field.option' }])))
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_user_types', seen, { holds: JSON.stringify(holds) })
    return {
      action: 'user-type.holds',
      subject: `user-type:${userType.id}`,
      before: told(userType.holds),
      after: told(holds)
    }
  })
}

/** What was chosen before and is gone may stay: it holds nobody. */
function isNewAndGone(module: Module | undefined, before: Hold | undefined, now: Hold | undefined): boolean {
  if (!now || JSON.stringify(before) === JSON.stringify(now)) return false
  const known = fieldsThatHold(module).find(({ name }) => name === now.field)
  return !now.values.every((value) => known?.options.some((option) => option.value === value))
}

/** For the audit list. */
function told(holds: Holds): Record<string, Hold | ''> {
  return Object.fromEntries(holdKinds.map((kind) => [kind, holds[kind] ?? '']))
}
