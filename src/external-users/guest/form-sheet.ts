/** A form of an external user as a page: inputs by section, and what could not be taken beside them. */
import type { Request, Response } from 'express'
import type { ViewedRecord } from '../../access/record.js'
import type { Field } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { placedIn, sectionsOfTheCrm } from '../../pages/arrangement.js'
import { currenciesOf, inputsIn } from '../../pages/form-inputs.js'
import type { TypedForm } from '../../pages/form-values.js'
import { shownText } from '../../pages/shown-value.js'
import type { Trouble } from '../../pages/write-trouble.js'
import { page } from '../../web/render.js'
import type { KnownPart } from '../project-settings.js'
import type { People } from './people.js'
import { showingIn, type Crumb, type Room } from './room.js'

/** The input of the others who are responsible. */
export const peopleName = '_responsible'

/** A form, ready to be shown. */
export interface Sheet {
  readonly room: Room
  readonly part: KnownPart
  readonly heading: string
  readonly fields: readonly Field[]
  /** With the others who are responsible, where he may choose them. */
  readonly typed: TypedForm
  /** What the record holds, as its inputs would show it; undefined for a new one. */
  readonly now: TypedForm | undefined
  /** What the form showed of the record; undefined for a new one. */
  readonly seen: string | undefined
  /** Undefined for a new one. */
  readonly record: ViewedRecord | undefined
  readonly people: People
  /** The way to the record, or to the list. */
  readonly crumbs: readonly Crumb[]
  readonly action: string
  readonly backUrl: string
}

export async function showSheet(req: Request, res: Response, sheet: Sheet, trouble: Trouble = {}): Promise<void> {
  const { room, part, fields, typed, record, heading, action, backUrl, seen, people } = sheet
  const { module } = part
  const { errors = {} } = trouble
  const names = fields.map(({ name }) => name)
  const form = { module, fields, typed, currencies: currenciesOf(module, fields, record) }
  const sections = placedIn(sectionsOfTheCrm(module), module, names)
  const shown = {
    ...{ heading, action, backUrl, seen },
    sections: await inputsIn(req, room.t, form, { sections, errors }),
    people: people.choices.length > 0 ? peopleInput(room, people, typed, errors) : undefined,
    note: record ? undefined : room.t('guest:form.noProject'),
    notice: trouble.notice ?? (trouble.errors && room.t('web:form.mend')),
    refusals: refusalsElsewhere(sheet, errors)
  }
  const crumbs = [...sheet.crumbs, { label: record ? room.t('portal:record.edit') : heading }]
  await page(res, 'external-users/guest-form', { form: shown, crumbs }, { status: trouble.status })
}

type Errors = Readonly<Record<string, FieldError>>

function peopleInput({ t }: Room, { choices }: People, typed: TypedForm, errors: Errors): object {
  return {
    name: peopleName,
    label: t('guest:people.others'),
    hint: t('guest:people.hint'),
    options: choices,
    value: typed[peopleName] ?? [],
    error: errors[peopleName]
  }
}

/** Somebody was faster (A28): what he typed stays, and what the record holds now stands beside it. */
export function changedMeanwhile(sheet: Sheet, changed: ReadonlyMap<string, 'touched' | 'untouched'>): Trouble {
  const { t } = sheet.room
  const errors = [...changed].map(([name, how]) => {
    const value = shownNow(sheet, name) || t('portal:form.nothing')
    return [name, { key: `portal:form.changed.${how}`, args: { value } }] as const
  })
  return { status: 409, errors: Object.fromEntries(errors), notice: t('portal:form.changedMeanwhile') }
}

function shownNow({ room, record, people, now }: Sheet, name: string): string {
  if (name !== peopleName) return record ? shownText(showingIn(room), record, name) : ''
  const ids = [now?.[peopleName] ?? []].flat()
  return people.choices.flatMap(({ value, label }) => (ids.includes(value) ? [label] : [])).join(', ')
}

/** What the CRM says of fields that are not in the form. One that he doesn't see is not named. */
function refusalsElsewhere({ room: { t }, part, fields, record, people }: Sheet, errors: Errors): string[] {
  return Object.entries(errors)
    .filter(([name]) => !(name === peopleName && people.choices.length > 0))
    .filter(([name]) => !fields.some((field) => field.name === name))
    .map(([name, { key, args }]) => {
      const reason = t(key, { ...args })
      const label = record && name in record.values ? part.module.fields.get(name)?.label : undefined
      return label === undefined
        ? t('portal:form.refusedUnseen', { reason })
        : t('portal:form.refused', { field: label, reason })
    })
}
