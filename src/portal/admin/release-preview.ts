/** The part of the release form that shows, before anything is saved, what somebody would see. */
import type { Request } from 'express'
import type { Context } from '../../context.js'
import type { Count } from '../../access/record.js'
import { formatFor, type Format } from '../../web/format.js'
import { exposure } from '../user-types/exposure.js'
import {
  candidates,
  chosenCandidate,
  liveCount,
  type Candidate,
  type LiveCount,
  type Place,
  type Sample
} from '../user-types/live-count.js'
import { portalById } from '../portals/portals.js'
import { shownText, type Showing } from '../../pages/shown-value.js'
import type { FormAction, ReleaseForm, ReleasePlace } from './release-form.js'

interface Asked {
  readonly place: ReleasePlace
  readonly form: ReleaseForm
  readonly action: FormAction | undefined
  /** Whether the form could be saved as it stands. */
  readonly isSound: boolean
}

/** What the view prints: whose eyes there are to look through, and what they would see. */
export async function releasePreview(context: Context, req: Request, asked: Asked): Promise<Record<string, unknown>> {
  const { place, form, action, isSound } = asked
  const { catalog, userType } = place
  const at: Place = { catalog, userType, portal: portalById(place.all, userType.portalId) }
  const chosen = await chosenCandidate(context, at, form.look.recordId, req.staff)
  return {
    words: form.look.words,
    chosen: chosen?.recordId ?? '',
    ...(await people(context, req, { at, chosen, asked })),
    ...(action === 'look' ? await looked(context, req, { at, chosen, asked }) : {}),
    exposure: isSound ? await shownExposure(context, req, asked) : undefined
  }
}

interface Eyes {
  readonly at: Place
  readonly chosen: Candidate | undefined
  readonly asked: Asked
}

/** The chosen one, and those who were searched for. */
async function people(
  context: Context,
  { staff }: Request,
  { at, chosen, asked: { action, form } }: Eyes
): Promise<{ people: { value: string; label: string }[]; isNobodyFound: boolean }> {
  const isSearch = action === 'find' || (action === 'update' && form.look.words !== '')
  const found = isSearch ? await candidates(context, at, form.look.words, staff) : []
  const others = found.filter(({ recordId }) => recordId !== chosen?.recordId)
  const all = [...(chosen ? [chosen] : []), ...others]
  return {
    people: all.map(({ recordId, name }) => ({ value: recordId, label: name || recordId })),
    isNobodyFound: isSearch && found.length === 0
  }
}

/** Why nothing can be shown, or what he would see. */
async function looked(
  context: Context,
  req: Request,
  { at, chosen, asked: { place, form, isSound } }: Eyes
): Promise<Record<string, unknown>> {
  if (!chosen) return { isNobodyChosen: true }
  if (!isSound) return { isUnsound: true }
  const staff = { ...req.staff, locale: req.locale }
  const count = await liveCount(context, at, form.draft, { recordId: chosen.recordId, staff })
  return { result: shownCount(showing(context, req), { name: chosen.name, module: place.module, count }) }
}

async function shownExposure(context: Context, req: Request, { place, form }: Asked): Promise<string | undefined> {
  const found = await exposure(context, place.catalog, form.draft)
  if (!found) return undefined
  const { t, format } = showing(context, req)
  const records = t(found.records.capped ? 'portal:release.moreThan' : 'portal:release.exactly', {
    count: format.number(found.records.count)
  })
  return t('portal:release.exposure', {
    fields: format.number(found.fields),
    records,
    module: place.module.labelPlural
  })
}

function shownCount(
  to: Showing,
  { name, module, count }: { name: string; module: ReleasePlace['module']; count: LiveCount }
): Record<string, unknown> {
  const { t, format } = to
  const { now, then, fields, columns, sample } = count
  return {
    title: t('portal:release.lookTitle', { name }),
    now: number(t, format, now),
    then: number(t, format, then),
    fields: format.number(fields),
    head: columns.map((column) => module.fields.get(column)?.label ?? column),
    rows: sample.map((record) => cells(to, record, columns))
  }
}

function number(t: Showing['t'], format: Format, { count, capped }: Count): string {
  return t(capped ? 'portal:release.moreThan' : 'portal:release.exactly', { count: format.number(count) })
}

/** Undefined for a record that the CRM does not show to the staff member. */
function cells(to: Showing, record: Sample, columns: readonly string[]): readonly string[] | undefined {
  return record && columns.map((column) => shownText(to, record, column))
}

/** Words alone: the sample leads nowhere. */
function showing(context: Context, req: Request): Showing {
  const { timeZone, formats } = req.staff
  const format = formatFor(req.locale, { timeZone, formats })
  return { t: context.t(req.locale), format, recordUrl: () => undefined, fileUrl: () => '' }
}
