/** The form of a sharing rule: whose records, for whom, under which conditions, and what is shared with them (S05, S06). */
import { z } from 'zod'
import { needsValue, valueFromText } from '../../access/comparables.js'
import { operators } from '../../access/condition.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { readForm, type Typed } from '../../web/forms.js'
import { localMoment, utcMoment } from '../../web/zoned-time.js'
import type { Criterion, Member, PeopleSet, Rule } from '../model.js'
import { hangingOn, mostCriteria } from '../rules.js'

/** Where a rule is written: its module, the rule as it was, and the writer's time zone. */
export interface RulePlace {
  readonly catalog: Catalog
  readonly module: Module
  readonly before: Rule | undefined
  readonly timeZone: string
}

/** A condition as it stands in the form. */
export interface TypedCriterion {
  readonly field: string
  readonly operator: string
  readonly value: string
}

/** A rule as it stands in the form. */
export interface TypedRule {
  readonly from: string
  readonly to: string
  /** Words by which those are looked for, where there are many. */
  readonly fromSearch: string
  readonly toSearch: string
  readonly access: string
  readonly criteria: readonly TypedCriterion[]
  /** By `<module>.<link>`: `read`, `write` or the empty text. */
  readonly related: Readonly<Record<string, string>>
}

const accesses = ['read', 'write'] as const
const places = Array.from({ length: mostCriteria }, (_, index) => index)
const setWord = /^(role|tree|group):(.{1,36})$/
const memberWord = /^(user|role|tree|group):(.{1,36})$/

/** The rule that a form means. @throws Invalid for what no browser sends from it, and for what is missing. */
export function readRule(place: RulePlace, body: unknown): { stamp: string; rule: Rule } {
  const form = readForm(z.strictObject({ ...plainFields, ...relatedFields(place) }), body)
  const typed = typedRule(place, form)
  return {
    stamp: String(form.stamp),
    rule: {
      module: place.module.name,
      from: memberOf(typed.from) as PeopleSet,
      to: memberOf(typed.to) as Member,
      write: typed.access === 'write',
      criteria: typed.criteria.map((one) => criterionTyped(place, one)),
      related: relatedOffered(place).flatMap(({ module, link }) => {
        const access = typed.related[`${module}.${link}`]
        return access ? [{ module, link, write: access === 'write' }] : []
      })
    }
  }
}

const plainFields = {
  stamp: z.string().max(64).default(''),
  module: z.string().max(64).default(''),
  from: z.string().min(1, 'errors.field.required').regex(setWord, 'errors.field.option'),
  to: z.string().min(1, 'errors.field.required').regex(memberWord, 'errors.field.option'),
  fromSearch: z.string().max(200).default(''),
  toSearch: z.string().max(200).default(''),
  access: z.enum(accesses),
  ...Object.fromEntries(
    places.flatMap((index) =>
      ['field', 'operator', 'value'].map((part) => [`criteria.${index}.${part}`, z.string().max(255).default('')])
    )
  )
}

function relatedFields(place: RulePlace): Record<string, z.ZodType<string>> {
  const access = z.enum(['', ...accesses]).default('')
  return Object.fromEntries(relatedOffered(place).map(({ module, link }) => [`related.${module}.${link}`, access]))
}

/** What hangs on the rule's module, and what once did. */
export function relatedOffered({ catalog, module, before }: RulePlace): { module: string; link: string }[] {
  const offered = hangingOn(catalog, module).map(({ module: other, link }) => ({ module: other.name, link: link.name }))
  const gone = (before?.related ?? []).filter(
    (one) => !offered.some((other) => other.module === one.module && other.link === one.link)
  )
  return [...offered, ...gone.map(({ module: name, link }) => ({ module: name, link }))]
}

/** What was typed, taken or not; conditions without a field are left out. */
export function typedRule(place: RulePlace, typed: Typed): TypedRule {
  const text = (name: string): string => String(typed[name] ?? '')
  const criteria = places
    .map((index) => `criteria.${index}`)
    .map((name) => ({
      field: text(`${name}.field`),
      operator: text(`${name}.operator`),
      value: text(`${name}.value`)
    }))
  const related = relatedOffered(place).map(({ module, link }) => `${module}.${link}`)
  return {
    from: text('from'),
    to: text('to'),
    fromSearch: text('fromSearch'),
    toSearch: text('toSearch'),
    access: text('access'),
    criteria: criteria.filter(({ field }) => field !== ''),
    related: Object.fromEntries(related.map((name) => [name, text(`related.${name}`)]))
  }
}

/** A stored rule as it is typed; moments in the reader's time zone. */
export function shownRule(place: RulePlace, rule: Rule): TypedRule {
  return {
    ...blankRule,
    from: wordFor(rule.from),
    to: wordFor(rule.to),
    access: rule.write ? 'write' : 'read',
    criteria: rule.criteria.map((one) => criterionShown(place, one)),
    related: Object.fromEntries(
      rule.related.map(({ module, link, write }) => [`${module}.${link}`, write ? 'write' : 'read'])
    )
  }
}

export const blankRule: TypedRule = {
  from: '',
  to: '',
  fromSearch: '',
  toSearch: '',
  access: 'read',
  criteria: [],
  related: {}
}

/** `role:<id>` */
export function wordFor({ kind, id }: Member): string {
  return `${kind}:${id}`
}

export function memberOf(word: string): Member | undefined {
  const [, kind, id = ''] = memberWord.exec(word) ?? []
  return kind === undefined ? undefined : { kind: kind as Member['kind'], id }
}

function criterionTyped({ module, timeZone }: RulePlace, { field, operator: word, value }: TypedCriterion): Criterion {
  const operator = operators.find((one) => one === word) ?? '='
  if (!needsValue(operator)) return { field, operator, value: null }
  const type = module.fields.get(field)?.type ?? 'text'
  const text = type === 'datetime' ? (utcMoment(value, timeZone) ?? value) : value
  return { field, operator, value: valueFromText(type, text) }
}

function criterionShown({ module, timeZone }: RulePlace, { field, operator, value }: Criterion): TypedCriterion {
  const text = String(value ?? '')
  const isMoment = module.fields.get(field)?.type === 'datetime' && text !== ''
  return { field, operator, value: isMoment ? localMoment(text, timeZone) : text }
}
