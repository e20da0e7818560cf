/** What a preview counted, as a page shows it: numbers by module and right, and records as examples with the reason (S08). */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import type { Catalog } from '../../host/catalog.js'
import type { StaffName } from '../../host/host.js'
import type { ActionEffect, CountedAction, Effect, Side } from '../effect.js'
import type { Model } from '../model.js'
import { organizationOf, type Organization } from '../organization.js'
import { judgeOf } from '../reasons.js'
import { reasonText, wordsFor, type Words } from './reasons-in-words.js'
import { toldTo } from './told-facts.js'
import { recordFacts } from '../reasons-record.js'
import { recordAnswerUrl } from './answer-frame.js'

export interface EffectReport {
  readonly people: number
  readonly rows: readonly EffectRow[]
  readonly examples: readonly ExampleGroup[]
}

interface EffectRow {
  readonly module: string
  readonly icon: string | undefined
  readonly action: ActionEffect['action']
  readonly gain: ShownSide
  readonly lose: ShownSide
}

interface ShownSide {
  readonly people: number
  readonly records: number
  readonly most: { readonly name: string; readonly records: number } | undefined
}

interface ExampleGroup {
  readonly module: string
  readonly examples: readonly Example[]
}

interface Example {
  readonly kind: 'gain' | 'lose'
  readonly action: CountedAction
  readonly person: string
  /** Undefined: the CRM does not show it to who reads the page, or it is gone. */
  readonly title: string | undefined
  readonly url: string
  readonly why: string | undefined
}

export interface ReportAsk {
  readonly effect: Effect
  readonly before: Model | undefined
  readonly after: Model | undefined
}

export async function effectReport(
  context: Context,
  req: Request,
  res: Response,
  { effect, before, after }: ReportAsk
): Promise<EffectReport> {
  const catalog = await context.host.catalog(req.locale)
  const people = await context.host.people()
  const names = new Map(people.map((person) => [person.id, person]))
  const reader: Reader = {
    context,
    req,
    res,
    catalog,
    names,
    gain: await sideOf(context, req, catalog, people, after),
    lose: await sideOf(context, req, catalog, people, before)
  }
  const rows = effect.changes.map((change) => rowOf(reader, change))
  return { people: effect.people, rows, examples: await examplesIn(reader, effect) }
}

interface Reader {
  readonly context: Context
  readonly req: Request
  readonly res: Response
  readonly catalog: Catalog
  readonly names: ReadonlyMap<string, StaffName>
  /** Who gains does so for what the new model says, who loses had it for what the old one says. */
  readonly gain: ReasonGiver | undefined
  readonly lose: ReasonGiver | undefined
}

interface ReasonGiver {
  readonly organization: Organization
  readonly words: Words
}

async function sideOf(
  { host, t }: Context,
  req: Request,
  catalog: Catalog,
  people: readonly StaffName[],
  model: Model | undefined
): Promise<ReasonGiver | undefined> {
  if (!model) return undefined
  const organization = organizationOf(model)
  const groups = await host.groups()
  return { organization, words: wordsFor(t(req.locale), catalog, organization, { people, groups }) }
}

function rowOf({ catalog, names }: Reader, { module: name, action, gain, lose }: ActionEffect): EffectRow {
  const module = catalog.modules.get(name)
  const shown = ({ people, records, most: [first] }: Side): ShownSide => ({
    people,
    records,
    most: first && people > 1 ? { name: nameOf(names, first.staffId), records: first.records } : undefined
  })
  return { module: module?.labelPlural ?? name, icon: module?.icon, action, gain: shown(gain), lose: shown(lose) }
}

function nameOf(names: ReadonlyMap<string, StaffName>, id: string): string {
  return names.get(id)?.name ?? '–'
}

/** Of each module, those of the first right that changes: who may see a record comes before who may change it. */
async function examplesIn(reader: Reader, { changes }: Effect): Promise<ExampleGroup[]> {
  const first = new Map<string, ActionEffect>()
  for (const change of changes)
    if (change.action !== 'create' && !first.has(change.module)) first.set(change.module, change)
  return Promise.all(
    [...first.values()].map(async (change) => ({
      module: reader.catalog.modules.get(change.module)?.labelPlural ?? change.module,
      examples: [...(await examplesOf(reader, change, 'gain')), ...(await examplesOf(reader, change, 'lose'))]
    }))
  )
}

function examplesOf(reader: Reader, change: ActionEffect, kind: 'gain' | 'lose'): Promise<Example[]> {
  const action = change.action as CountedAction
  return Promise.all(
    change[kind].examples.map(async ({ staffId, recordId: id }) => {
      const record = { module: change.module, id }
      const seen = await seenRecord(reader, kind, { ...record, staffId, action })
      return { kind, action, person: nameOf(reader.names, staffId), url: recordAnswerUrl(reader.res, record), ...seen }
    })
  )
}

/** The record as it is now, and why he will, or could, do that with it. */
async function seenRecord(
  { context, req, catalog, ...sides }: Reader,
  kind: 'gain' | 'lose',
  { staffId, action, ...record }: { module: string; id: string; staffId: string; action: CountedAction }
): Promise<{ title: string | undefined; why: string | undefined }> {
  const unseen = { title: undefined, why: undefined }
  const giver = sides[kind]
  if (!giver || !(await context.host.allows(req.staff, 'view', record.module, record.id))) return unseen
  const facts = await recordFacts(context.kernel, catalog, giver.organization, record)
  if (!facts) return unseen
  const { reasons } = judgeOf(giver.organization, facts)({ id: staffId, isAdministrator: false })
  const reason = reasons.find(({ gives }) => gives.includes(action))
  const told = await toldTo(context, req.staff, giver.words.t, facts)
  return { title: facts.title, why: reason && reasonText(giver.words, told, staffId, reason) }
}
