/** Records that wait for approval or for review: which values of which field of the primary module mean that. Their people can't be
 *  invited until it is over (Z15). */
import { z } from 'zod'
import type { ViewedRecord } from '../../access/record.js'

export const holdKinds = ['approval', 'review'] as const
export type HoldKind = (typeof holdKinds)[number]

export interface Hold {
  readonly field: string
  /** Values of its options; a record with any of them waits. */
  readonly values: readonly string[]
}

export type Holds = Readonly<Partial<Record<HoldKind, Hold>>>

const stored = z.partialRecord(z.enum(holdKinds), z.object({ field: z.string(), values: z.array(z.string()) }))

/** What can't be read holds nobody. */
export function readHolds(text: string | null): Holds {
  try {
    const parsed = stored.safeParse(JSON.parse(text ?? '{}'))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}

/** The fields that must be read of a record to know what it waits for. */
export function fieldsOfHolds(holds: Holds): string[] {
  return holdKinds.flatMap((kind) => holds[kind]?.field ?? [])
}

/** What this record waits for; undefined: nothing. A field that the CRM no longer has holds nobody. */
export function heldBy(holds: Holds, { values }: Pick<ViewedRecord, 'values'>): HoldKind | undefined {
  return holdKinds.find((kind) => holds[kind]?.values.includes(String(values[holds[kind].field] ?? '')))
}
