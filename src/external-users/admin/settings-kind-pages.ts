/** What one kind of things is in this CRM: its module, the link to the project, and the fields of the columns that the source names (T06). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { headerColumns, isActivity, kinds, type Column, type Kind } from '../kinds.js'
import { fieldsOf, fitting, waysTo, wayWord } from '../project-fitness.js'
import {
  keepSettings,
  keptSettings,
  partWith,
  proposedDocuments,
  type Part,
  type ProjectSettings
} from '../project-settings.js'
import { guestsUrl, sectionPage } from './frame.js'
import { offered, settingsInForce } from './settings-form.js'

export function kindPages(router: PermittedRouter, context: Context): void {
  const { portals } = needs
  router.get('/settings/kinds/:kind', portals, (req, res) => show(context, req, res))
  router.post('/settings/kinds/:kind', portals, save(context))
}

/** @throws NotFound for no kind, and while the CRM has no projects */
async function subjectIn(
  context: Context,
  req: Request
): Promise<{ kind: Kind; catalog: Catalog; now: ProjectSettings }> {
  const kind = kinds.find((one) => one === req.params['kind'])
  const catalog = await context.host.catalog(req.locale)
  const now = kind && (await settingsInForce(context, catalog))
  if (!kind || !now) throw new NotFound()
  return { kind, catalog, now }
}

async function show(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { kind, catalog, now } = await subjectIn(context, req)
  const t = context.t(req.locale)
  const part = now.parts[kind]
  const shown = part ? wayWord(part.module, part.link) : ''
  const locals = {
    kind: { label: t(`external:kind.${kind}`), url: guestsUrl(res, 'settings', 'kinds', kind) },
    settingsUrl: guestsUrl(res, 'settings'),
    revision: again?.typed['revision'] ?? (await keptSettings(context.db)).revision,
    way: { options: waysShown(t, catalog, now), value: again?.typed['way'] ?? shown },
    shown,
    ...(part ? fieldsShown(t, catalog, now, { kind, part, again }) : { columns: [], minutes: undefined })
  }
  await sectionPage(context, req, res, { section: 'settings', view: 'settings-kind', locals, again })
}

function waysShown(t: Translate, catalog: Catalog, now: ProjectSettings): { value: string; label: string }[] {
  const ways = waysTo(catalog, catalog.modules.get(now.module)!).map(({ module, link }) => ({
    value: wayWord(module.name, link.name),
    label: t('guests-admin:settings.way', { module: module.labelPlural, link: link.label })
  }))
  return [{ value: '', label: t('guests-admin:settings.none') }, ...ways]
}

function fieldsShown(
  t: Translate,
  catalog: Catalog,
  now: ProjectSettings,
  { kind, part, again }: { kind: Kind; part: Part; again: Again | undefined }
): Record<'columns' | 'minutes', unknown> {
  const [module, project] = [catalog.modules.get(part.module)!, catalog.modules.get(now.module)!]
  return {
    columns: columnsShown(t, { kind, module, project, part, again }),
    minutes: isActivity(kind) ? minutesShown(t, module, part, again) : undefined
  }
}

interface Around {
  readonly kind: Kind
  readonly module: Module
  readonly project: Module
  readonly part: Part
  readonly again: Again | undefined
}

/** Each column with the fields of the module; the one that its name proposes is marked. */
function columnsShown(t: Translate, { kind, module, project, part, again }: Around): Record<string, unknown>[] {
  const proposed = partWith(module, project, kind)?.columns ?? {}
  return (headerColumns[kind] ?? []).map((column) => {
    const options = choosable(module).map(({ name, label }) => ({
      value: name,
      label: proposed[column.id]?.includes(name) ? t('guests-admin:settings.proposed', { label }) : label
    }))
    const name = `column-${column.id}`
    return {
      name,
      label: t(`guests-admin:column.${kind}.${column.id}`),
      takesAll: column.takesAll === true,
      options: column.takesAll ? options.filter(({ value }) => isText(module, value)) : options,
      value: again?.typed[name] ?? part.columns[column.id] ?? []
    }
  })
}

function choosable(module: Module): { name: string; label: string }[] {
  return [...module.fields.values()].filter(({ type }) => type !== 'files' && type !== 'richText')
}

function isText(module: Module, field: string): boolean {
  return ['text', 'longText', 'option'].includes(module.fields.get(field)?.type ?? '')
}

function minutesShown(t: Translate, module: Module, part: Part, again: Again | undefined): Record<string, unknown> {
  return {
    options: [
      { value: '', label: t('guests-admin:settings.none') },
      ...fieldsOf(module, ['integer', 'number']).map(({ name, label }) => ({ value: name, label }))
    ],
    value: again?.typed['minutes'] ?? part.minutes ?? ''
  }
}

// --- saving ---

const word = z.string().max(130)

function save(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { kind, catalog, now } = await subjectIn(context, req)
        const columns = headerColumns[kind] ?? []
        const typed = readForm(formOf(columns), req.body) as TypedPart
        const part = typedPart(catalog, now, kind, typed)
        await keepSettings(context, req.staff, typed.revision, withPart(catalog, now, kind, part))
        res.redirect(303, `${guestsUrl(res, 'settings')}?done=kind`)
      },
      (again) => show(context, req, res, again)
    )
}

type TypedPart = {
  readonly revision: number
  readonly way: string
  readonly shown: string
  readonly minutes: string
} & {
  readonly [column: `column-${string}`]: readonly string[]
}

function formOf(columns: readonly Column[]): z.ZodObject {
  const lists = columns.map(({ id }) => [`column-${id}`, z.array(word).max(8).default([])] as const)
  return z.strictObject({
    revision: wholeNumber,
    way: word,
    shown: word.default(''),
    minutes: word.default(''),
    ...Object.fromEntries(lists)
  })
}

/** Undefined: nothing of this kind. Of another module than the page showed everything is proposed anew. @throws Invalid */
function typedPart(catalog: Catalog, now: ProjectSettings, kind: Kind, typed: TypedPart): Part | undefined {
  const project = catalog.modules.get(now.module)!
  const ways = waysTo(catalog, project)
  const way = offered(
    'way',
    { way: typed.way },
    ways.map(({ module, link }) => wayWord(module.name, link.name))
  )
  const chosen = ways.find(({ module, link }) => wayWord(module.name, link.name) === way)
  if (!chosen) return undefined
  const { module, link } = chosen
  mustBeFree(now, kind, module)
  const [shownModule] = typed.shown.split('.')
  if (module.name !== shownModule) {
    const proposed = partWith(module, project, kind)
    return { columns: {}, ...proposed, module: module.name, link: link.name }
  }
  const minutes = offered(
    'minutes',
    { minutes: typed.minutes },
    fieldsOf(module, ['integer', 'number']).map(({ name }) => name)
  )
  return {
    module: module.name,
    link: link.name,
    columns: typedColumns(module, kind, typed),
    ...(minutes && { minutes })
  }
}

/** Rights are given by kind: what is shown as one kind can't be shown as another one, too. */
function mustBeFree(now: ProjectSettings, kind: Kind, { name }: Module): void {
  const isTaken = kinds.some((other) => other !== kind && now.parts[other]?.module === name)
  if (isTaken || now.folders?.module === name) throw new Invalid({ way: { key: 'guests-admin:settings.taken' } })
}

function typedColumns(module: Module, kind: Kind, typed: TypedPart): Record<string, string[]> {
  const there = new Set(choosable(module).map(({ name }) => name))
  return Object.fromEntries(
    (headerColumns[kind] ?? []).map(({ id }) => {
      const fields = (typed[`column-${id}`] ?? []).filter((field) => field !== '')
      if (fields.some((field) => !there.has(field)))
        throw new Invalid({ [`column-${id}`]: { key: 'errors.field.option' } })
      return [id, fields]
    })
  )
}

/** What then leads nowhere is left out. For other documents their folders are proposed, so that none is open without those above it (T08). */
function withPart(catalog: Catalog, now: ProjectSettings, kind: Kind, part: Part | undefined): ProjectSettings {
  const { [kind]: before, ...others } = now.parts
  const parts = part ? { ...others, [kind]: part } : others
  const isOther = kind === 'documents' && part?.module !== before?.module
  const project = catalog.modules.get(now.module)!
  const places = isOther ? proposedDocuments(catalog, project, part?.module, entriesOf(parts)) : {}
  const wanted = { ...now, ...(isOther && { folders: undefined, file: undefined }), parts, ...places }
  return fitting(catalog, wanted) ?? wanted
}

function entriesOf(parts: ProjectSettings['parts']): (readonly [Kind, Part])[] {
  return kinds.flatMap((kind) => (parts[kind] ? [[kind, parts[kind]] as const] : []))
}
