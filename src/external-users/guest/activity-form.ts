/** Forms of an activity: a new one, for which he becomes responsible, and a change of his own. Only the released fields are in them, and
 *  nothing that would connect it with something else (T06). */
import type { Request, RequestHandler, Response } from 'express'
import { isWritable } from '../../access/field-kinds.js'
import { records } from '../../access/records.js'
import type { Context } from '../../context.js'
import { Forbidden, Invalid } from '../../errors.js'
import type { Module } from '../../host/catalog.js'
import { readValues, typedForm, typedValue, type TypedForm } from '../../pages/form-values.js'
import { meet, seenMark, seenName } from '../../pages/seen.js'
import { troubleOf } from '../../pages/write-trouble.js'
import type { Activity } from '../kinds.js'
import { changedMeanwhile, peopleName, showSheet, type Sheet } from './form-sheet.js'
import { chosenOf, keepPeople, peopleFor } from './people.js'
import { titleOfRecord } from './record-page.js'
import { partIn, roomOf, type Room } from './room.js'

export function newPage(context: Context, kind: Activity): RequestHandler {
  return async (req, res) => showSheet(req, res, await newSheet(await roomOf(context, req, res), kind))
}

export function createActivity(context: Context, kind: Activity): RequestHandler {
  return async (req, res) => {
    const sheet = await newSheet(await roomOf(context, req, res), kind)
    await save(req, res, asSent(sheet, req.body))
  }
}

export function editPage(context: Context, kind: Activity): RequestHandler {
  return async (req, res) => showSheet(req, res, await editSheet(await roomOf(context, req, res), kind, req))
}

export function changeActivity(context: Context, kind: Activity): RequestHandler {
  return async (req, res) => {
    const now = await editSheet(await roomOf(context, req, res), kind, req)
    const sent = asSent(now, req.body)
    const { typed, changed } = meet(sent.typed, now.typed, req.body?.[seenName])
    if (changed.size > 0) return showSheet(req, res, { ...now, typed }, changedMeanwhile(now, changed))
    await save(req, res, { ...sent, typed })
  }
}

/** @throws Forbidden where nothing is released that he could write */
async function newSheet(room: Room, kind: Activity): Promise<Sheet> {
  const part = partIn(room, kind)
  const { creatable } = await records(room.viewer).module(part.module.name)
  const fields = fieldsOf(part.module, creatable)
  if (fields.length === 0) throw new Forbidden()
  const { timeZone } = room.viewer.person
  const typed = Object.fromEntries(fields.map((field) => [field.name, typedValue(field, field.default, timeZone)]))
  const people = await peopleFor(room, part)
  return {
    ...{ room, part, fields, people, record: undefined, now: undefined, seen: undefined },
    typed: withPeople(typed, people.choices.length > 0, []),
    heading: room.t('portal:form.new', { module: part.module.label }),
    crumbs: [{ label: part.module.labelPlural, url: room.url(kind) }],
    action: room.url(kind),
    backUrl: room.url(kind)
  }
}

/** @throws NotFound; Forbidden where he may only read */
async function editSheet(room: Room, kind: Activity, req: Request): Promise<Sheet> {
  const part = partIn(room, kind)
  const record = await records(room.viewer).find(part.module.name, String(req.params['id']))
  const fields = fieldsOf(part.module, [...record.writable])
  if (!record.may.has('edit') || fields.length === 0) throw new Forbidden()
  const { timeZone } = room.viewer.person
  const values = fields.map((field) => [field.name, typedValue(field, record.values[field.name], timeZone)] as const)
  const people = await peopleFor(room, part, record.id)
  const typed = withPeople(Object.fromEntries(values), people.choices.length > 0, chosenOf(people, people.now))
  const here = room.url(kind, record.id)
  return {
    ...{ room, part, fields, people, record, typed, now: typed, seen: seenMark(typed) },
    heading: room.t('portal:form.edit', { title: titleOfRecord(room, record) }),
    crumbs: [
      { label: part.module.labelPlural, url: room.url(kind) },
      { label: titleOfRecord(room, record), url: here }
    ],
    action: here,
    backUrl: here
  }
}

function fieldsOf(module: Module, names: readonly string[]): Sheet['fields'] {
  return [...module.fields.values()].filter((field) => names.includes(field.name) && isWritable(field))
}

/** The others who are responsible stand in the form like the value of a field. */
function withPeople(typed: TypedForm, hasChoices: boolean, chosen: readonly string[]): TypedForm {
  return hasChoices ? { ...typed, [peopleName]: chosen } : typed
}

/** The form as it was sent. @throws Invalid for what has no input in it (A14) */
function asSent(sheet: Sheet, body: unknown): Sheet {
  const typed = typedForm(sheet.fields, body)
  return {
    ...sheet,
    typed: withPeople(typed, sheet.people.choices.length > 0, chosenOf(sheet.people, postedPeople(body)))
  }
}

function postedPeople(body: unknown): string[] {
  const posted = (body as Record<string, unknown> | undefined)?.[peopleName]
  return [posted ?? []].flat().filter((id) => typeof id === 'string')
}

/** @throws Invalid for somebody who is not, or is no longer, offered to him (A11) */
function mustBeOffered({ people }: Sheet, ids: readonly string[]): void {
  if (chosenOf(people, ids).length < new Set(ids).size)
    throw new Invalid({ [peopleName]: { key: 'errors.field.option' } })
}

async function save(req: Request, res: Response, sheet: Sheet): Promise<void> {
  try {
    mustBeOffered(sheet, postedPeople(req.body))
    const id = await written(sheet)
    res.redirect(303, `${sheet.room.url(sheet.part.kind, id)}?saved=1`)
  } catch (error) {
    const trouble = troubleOf(sheet.room.t, error)
    if (!trouble) throw error
    await showSheet(req, res, sheet, trouble)
  }
}

/** Gives the record's id. Whoever makes one is responsible for it from the start. */
async function written({ room, part, fields, typed, now, record, people }: Sheet): Promise<string> {
  const door = records(room.viewer)
  const values = readValues(fields, typed, { timeZone: room.viewer.person.timeZone, before: now })
  const module = part.module.name
  const id = record?.id ?? (await door.create(module, { values }))
  if (record && Object.keys(values).length > 0) await door.change(module, id, values)
  await keepPeople(room, { module, id }, people, [typed[peopleName] ?? []].flat())
  return id
}
