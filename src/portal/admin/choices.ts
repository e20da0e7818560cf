/** What selects in the administrators' forms offer. */
import type { Field, Module } from '../../host/catalog.js'
import type { Translate } from '../../web/locale.js'

export interface Choice {
  readonly value: string
  readonly label: string
}

export function choiceOf({ name, label }: Field): Choice {
  return { value: name, label }
}

export function moduleChoice({ name, labelPlural }: Module): Choice {
  return { value: name, label: labelPlural }
}

/** A field that invitations can go to, with the way they take (Z18). */
export function wayChoice(t: Translate, { name, label, type }: Field): Choice {
  return { value: name, label: t(type === 'phone' ? 'sms:way.phone' : 'sms:way.email', { field: label }) }
}

/** What is chosen stays to be seen, also where the CRM no longer has it. */
export function withChosen(choices: readonly Choice[], ...chosen: readonly string[]): readonly Choice[] {
  const gone = chosen.filter((name) => !choices.some(({ value }) => value === name))
  return [...choices, ...gone.map((value) => ({ value, label: value }))]
}
