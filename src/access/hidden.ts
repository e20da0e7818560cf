/** Whom the host keeps from a staff member: people for whom a record stands that it would not show him. */
import type { Staff } from '../host/host.js'
import type { Kernel } from './kernel.js'
import { lookUpAll } from './question.js'

/** Somebody Portico knows, and the record that stands for him, if there is one. */
interface Known {
  readonly id: string
  readonly module: string | undefined
  readonly recordId: string | undefined
}

/** So many records are looked up in one statement. */
const mostAtOnce = 200
/** So many answers of the host are waited for at once. */
const atOnce = 4

/** Ids of those whose record the host would not show him. Of somebody without a record, or whose record is gone, there is nothing to hide. */
export async function hiddenAmong(
  kernel: Kernel,
  staff: Staff,
  people: readonly Known[]
): Promise<ReadonlySet<string>> {
  const hidden = new Set<string>()
  for (const module of new Set(people.map((one) => one.module))) {
    if (module === undefined) continue
    const those = people.filter((one) => one.module === module)
    for (const some of parts(those, mostAtOnce)) {
      const there = await lookUpAll(kernel, module, some.map(recordOf), [])
      for (const few of parts(some, atOnce))
        await Promise.all(
          few.map(async (one) => {
            const isKept = there.has(recordOf(one)) && !(await kernel.host.allows(staff, 'view', module, recordOf(one)))
            if (isKept) hidden.add(one.id)
          })
        )
    }
  }
  return hidden
}

function recordOf({ recordId = '' }: Known): string {
  return recordId
}

function parts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
