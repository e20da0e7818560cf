/** Where EspoCRM keeps what does not stand in a record's own row: addresses, numbers, attachments. */
import type { Storage } from '../catalog.js'

type Beside = Extract<Storage, { kind: 'side' }> & { readonly through: object }

const live = { column: 'deleted', is: 0 } as const

/** The primary e-mail address of a record. */
export function addressOf(entity: string): Storage {
  return primaryOf(entity, 'email_address')
}

/** The primary phone number of a record, or one of this type (`Mobile`). */
export function phoneOf(entity: string, type?: string): Storage {
  const primary = primaryOf(entity, 'phone_number')
  if (type === undefined) return primary
  const where = [{ column: 'entity_type', is: entity }, live]
  return { ...primary, where, through: { ...primary.through, where: [{ column: 'type', is: type }, live] } }
}

function primaryOf(entity: string, table: 'email_address' | 'phone_number'): Beside {
  return {
    kind: 'side',
    from: `entity_${table}`,
    key: 'entity_id',
    value: 'name',
    where: [{ column: 'entity_type', is: entity }, { column: 'primary', is: 1 }, live],
    through: { table, key: 'id', by: `${table}_id`, where: [live] }
  }
}

const attachment = {
  kind: 'files',
  from: 'attachment',
  columns: { id: 'id', name: 'name', type: 'type', size: 'size' },
  order: 'created_at'
} as const

/** EspoCRM's usual name of a field of attachments; what is uploaded here is made for a field of this name. */
export const attachmentsField = 'attachments'

/** The one attachment whose id stands in the column `near` of the record. */
export function fileOf(near: string): Storage {
  return { ...attachment, key: 'id', near, where: [live] }
}

/** The attachments that name the record as their parent, in one of its fields. */
export function attachmentsOf(entity: string, field: string): Storage {
  const where = [{ column: 'parent_type', is: entity }, { column: 'field', is: field }, live]
  return { ...attachment, key: 'parent_id', where }
}
