/** The step *fields* of the set-up: which fields of one module are shown, and which of them may be written (Z04, Z11). */
import { z } from 'zod'
import type { Catalog, Field, Module } from '../../host/catalog.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import { isDecided, type FieldRelease, type Release, type UserType } from '../configuration.js'
import { missingForCreate, neverWritten, type ReleaseDraft } from '../user-types/release-check.js'
import { proposedFields } from '../user-types/set-up.js'

const words = z.array(z.string().max(200)).max(2000)
const schema = z.strictObject({
  revision: wholeNumber,
  visible: words,
  readOnly: words,
  withoutCreate: z.string().optional(),
  then: z.enum(['next', 'all']).default('next')
})

export interface FieldsForm {
  readonly revision: number
  readonly draft: ReleaseDraft
  /** What is proposed is taken for all modules that aren't decided yet. */
  readonly takesAll: boolean
  readonly isWithoutCreate: boolean
}

/** @throws Invalid for what no browser sends from our form. */
export function readFields(release: Release, body: unknown): FieldsForm {
  const form = readForm(schema, body)
  const fields = new Map(
    form.visible.map((name): [string, FieldRelease] => [name, form.readOnly.includes(name) ? 'readOnly' : 'editable'])
  )
  const isWithoutCreate = form.withoutCreate !== undefined
  const rights = new Set(
    [...release.rights].filter((right) => !isWithoutCreate || !['create', 'clone'].includes(right))
  )
  return {
    revision: form.revision,
    draft: { ...release, rights, fields },
    takesAll: form.then === 'all',
    isWithoutCreate
  }
}

/** The release as the page begins: with what is stored, or with what is proposed. */
export function draftOf(module: Module, release: Release): ReleaseDraft {
  return isDecided(release) ? release : { ...release, fields: proposedFields(module, release) }
}

interface FieldRow {
  readonly name: string
  readonly label: string
  readonly isMandatory: boolean
  readonly isVisible: boolean
  readonly isReadOnly: boolean
  /** The right to create fails for want of it. */
  readonly isMissing: boolean
  readonly why: string | undefined
}

/** What the view prints: chosen and shown fields first, the rest folded away. */
export function fieldsSheet(
  t: Translate,
  { catalog, userType, module }: { catalog: Catalog; userType: UserType; module: Module },
  draft: ReleaseDraft
): { first: FieldRow[]; rest: FieldRow[]; missing: string[] } {
  const never = neverWritten(catalog, userType, draft)
  const missing = draft.rights.has('create') ? missingForCreate(module, draft).map(({ name }) => name) : []
  const shown = proposedFields(module, draft)
  const row = ({ name, label, required, readOnly }: Field): FieldRow => ({
    name,
    label,
    isMandatory: required && !readOnly,
    isVisible: draft.fields.has(name),
    isReadOnly: draft.fields.get(name) !== 'editable',
    isMissing: missing.includes(name),
    why: never.has(name) ? t(`portal:release.never.${never.get(name)!}`) : undefined
  })
  const isFirst = ({ name }: Field): boolean => shown.has(name) || draft.fields.has(name) || missing.includes(name)
  const fields = [...module.fields.values()]
  return {
    first: fields.filter(isFirst).map(row),
    rest: fields.filter((field) => !isFirst(field)).map(row),
    missing: fields.filter(({ name }) => missing.includes(name)).map(({ label }) => label)
  }
}
