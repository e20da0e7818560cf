/** Dashlets: what a dashboard is made of, as it is stored (E04). What somebody sees of one is decided when he looks (`shown-dashlets.ts`). */
import { z } from 'zod'
import { operators } from '../../access/condition.js'
import { periods } from '../../access/record.js'
import { chartShapes } from '../../charts/drawing.js'
import { locales, type Locale } from '../../host/catalog.js'

export const dashletKinds = ['count', 'list', 'chart', 'stream', 'text'] as const
export type DashletKind = (typeof dashletKinds)[number]

/** How many records or notes a list or a stream shows. */
export const fewestRows = 3
export const mostRows = 20
/** How many comparisons a dashlet narrows its records by. */
export const mostFilters = 10

const name = z.string().min(1).max(64)
/** What is written for readers: `any` for whoever has no variant in his own language. */
const words = (longest: number): z.ZodType<Words> =>
  z.strictObject({
    any: z.string().max(longest),
    ...(Object.fromEntries(locales.map((locale) => [locale, z.string().max(longest).optional()])) as Record<
      Locale,
      z.ZodOptional<z.ZodString>
    >)
  })
const filter = z.strictObject({
  field: name,
  operator: z.enum(operators),
  value: z.union([z.string().max(200), z.number(), z.boolean(), z.null()])
})
const title = words(100)
const filters = z.array(filter).max(mostFilters)
const limit = z.number().int().min(fewestRows).max(mostRows)
const common = { id: name, title }

const dashlet = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('count'), ...common, module: name, filters }),
  z.strictObject({
    kind: z.literal('list'),
    ...common,
    module: name,
    filters,
    columns: z.array(name).max(7),
    sort: z.strictObject({ field: name, descending: z.boolean() }).optional(),
    limit,
    isWide: z.boolean()
  }),
  z.strictObject({
    kind: z.literal('chart'),
    ...common,
    module: name,
    filters,
    shape: z.enum(chartShapes),
    by: name,
    period: z.enum(periods),
    sum: name.optional()
  }),
  z.strictObject({ kind: z.literal('stream'), ...common, limit, isWide: z.boolean() }),
  z.strictObject({ kind: z.literal('text'), ...common, text: words(5000), isWide: z.boolean() })
])

export interface Words extends Partial<Readonly<Record<Locale, string | undefined>>> {
  readonly any: string
}
export type Dashlet = Readonly<z.infer<typeof dashlet>>
export type DashletOf<Kind extends DashletKind> = Extract<Dashlet, { kind: Kind }>
/** A dashlet that shows records. */
export type DashletOfModule = Extract<Dashlet, { module: string }>

/** Dashlets as stored. What isn't one (damaged, or of a newer version) is left out of pages, and counted for the administrator. */
export function readDashlets(text: string): { dashlets: Dashlet[]; unreadable: number } {
  const list = parsed(text)
  const found = list.map((one) => dashlet.safeParse(one))
  const dashlets = found.flatMap(({ data }) => data ?? [])
  const distinct = [...new Map(dashlets.map((one) => [one.id, one])).values()]
  return { dashlets: distinct, unreadable: list.length - distinct.length }
}

/** Whether it would be read again once it is stored. */
export function isReadable(one: Dashlet): boolean {
  return dashlet.safeParse(one).success
}

function parsed(text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list : [list]
  } catch {
    return [text]
  }
}

export function hasModule(one: Dashlet): one is DashletOfModule {
  return 'module' in one
}

/** In the reader's language, where it was written in it. */
export function wordsFor(given: Words, locale: Locale): string {
  const own = given[locale]?.trim() ?? ''
  return own === '' ? given.any.trim() : own
}
