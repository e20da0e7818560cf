/** EspoCRM's own lines in a record's stream, as English sentences. Names of other records are not in them: who reads the
 *  line may not see those records. */
import { z } from 'zod'
import type { Catalog, Module } from '../catalog.js'

/** The kinds of lines that are told; e-mails are not, nor what other extensions bring. */
export const eventTypes = ['Create', 'Status', 'Update', 'Assign', 'CreateRelated', 'Relate', 'Unrelate'] as const
export type EventType = (typeof eventTypes)[number]

/** What the line says. */
export function sentenceOf(catalog: Catalog, note: EventNote): string {
  const module = catalog.modules.get(note.parentType)
  switch (note.type) {
    case 'Create':
      return 'Created'
    case 'Status':
      return status(module, read(statusData, note.data))
    case 'Update':
      return updated(module, read(updateData, note.data))
    case 'Assign':
      return assigned(read(assignData, note.data))
    case 'CreateRelated':
      return `Created along with it: ${labelOf(catalog, note.relatedType)}`
    case 'Relate':
      return `Linked: ${labelOf(catalog, note.relatedType)}`
    case 'Unrelate':
      return `Unlinked: ${labelOf(catalog, note.relatedType)}`
  }
}

interface EventNote {
  readonly type: EventType
  readonly parentType: string
  readonly relatedType: string | null
  /** JSON, or nothing. */
  readonly data: string | null
}

const person = z.object({ name: z.string().nullable() })
const statusData = z.object({ field: z.string().default(''), value: z.string().nullish() })
const updateData = z.object({ fields: z.array(z.string()).default([]) })
const assignData = z.object({
  assignedUserName: z.string().nullish(),
  addedAssignedUsers: z.array(person).default([]),
  removedAssignedUsers: z.array(person).default([])
})

/** Every part of `data` may be missing: EspoCRM's administrators and extensions write into it, too. */
function read<T>(shape: z.ZodType<T>, data: string | null): T {
  const found = shape.safeParse(parsed(data))
  return found.success ? found.data : shape.parse({})
}

function parsed(data: string | null): unknown {
  try {
    return JSON.parse(data ?? '{}')
  } catch {
    return {}
  }
}

/** The note tells the new value only. */
function status(module: Module | undefined, { field, value }: z.infer<typeof statusData>): string {
  const known = module?.fields.get(field)
  const label = known?.options.find((option) => option.value === value)?.label
  return `${known?.label ?? 'Status'}: ${label ?? value ?? '–'}`
}

function updated(module: Module | undefined, { fields }: z.infer<typeof updateData>): string {
  return `Changed: ${fields.map((name) => module?.fields.get(name)?.label ?? name).join(', ')}`
}

function assigned({ assignedUserName, addedAssignedUsers, removedAssignedUsers }: z.infer<typeof assignData>): string {
  if (assignedUserName) return `Assigned to ${assignedUserName}`
  if (addedAssignedUsers.length > 0) return `Assigned to ${names(addedAssignedUsers)}`
  if (removedAssignedUsers.length > 0) return `No longer assigned to ${names(removedAssignedUsers)}`
  return 'Assigned to nobody'
}

function names(people: readonly z.infer<typeof person>[]): string {
  return people.map(({ name }) => name ?? '–').join(', ')
}

function labelOf(catalog: Catalog, module: string | null): string {
  return catalog.modules.get(module ?? '')?.label ?? module ?? '–'
}
