/** The form of a release: what stands in it, what was typed as a draft, and which button was pressed. */
import { z } from 'zod'
import { PorticoError } from '../../errors.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { checkbox, readForm, wholeNumber } from '../../web/forms.js'
import {
  noteRights,
  plainRelease,
  releaseViews,
  rights,
  type Configuration,
  type FieldRelease,
  type LayoutRelease,
  type Release,
  type ReleaseKind,
  type UserType
} from '../configuration.js'
import type { PortalLayout } from '../layouts/layouts.js'
import { linkPaths, linksTyped } from '../link-path.js'
import type { ReleaseDraft } from '../user-types/release-check.js'
import {
  afterAction,
  criteriaAction,
  criteriaTyped,
  filledIn,
  splitCriteria,
  typedCriteria,
  type TypedGroup
} from './criteria-form.js'

/** Modules with hundreds of fields are nothing unusual. */
const words = z.array(z.string().max(200)).max(2000)
const shape = {
  revision: wholeNumber,
  lastChange: z.string().max(64).default(''),
  kind: z.enum(['primary', 'related', 'public', 'part']),
  path: z.string().max(255).default(''),
  otherPath: z.string().trim().max(255).default(''),
  right: z.array(z.enum(rights)),
  notes: z.enum(noteRights).default('none'),
  view: z.enum(releaseViews).default('list'),
  inSteps: checkbox,
  visible: words,
  readOnly: words,
  layout: z.array(z.string().max(64)).max(100),
  lookFor: z.string().max(100).default(''),
  lookAs: z.string().max(64).default(''),
  _do: z.string().max(40).optional()
}

/** A module's form for a user type, and what it stands for. */
export interface ReleasePlace {
  readonly all: Configuration
  readonly catalog: Catalog
  readonly userType: UserType
  readonly module: Module
  /** Of the module in the portal's layout set, those that say for which records they are. */
  readonly layouts: readonly PortalLayout[]
  /** Of the administrator: moments in criteria are typed in it. */
  readonly timeZone: string
}

/** What stands in the form, whether or not it could be saved. */
export interface ReleaseForm {
  readonly revision: number
  /** The newest change that the page knew of. */
  readonly lastChange: string
  readonly draft: ReleaseDraft
  readonly criteria: TypedGroup
  /** A path that the choices don't offer, as it was typed. */
  readonly otherPath: string
  /** What was ticked, by layout and '' for the standard one, also of fields that aren't visible and of layouts that aren't
   *  released; undefined while nothing was posted. */
  readonly ticked: ReadonlyMap<string, Ticked> | undefined
  /** Whose eyes to look through: what was searched for, and the primary record that was chosen. */
  readonly look: { readonly words: string; readonly recordId: string }
}

interface Ticked {
  readonly visible: readonly string[]
  readonly readOnly: readonly string[]
}

/** The buttons besides saving: to have the form again, to find people, to see what one of them would see. */
export type FormAction = 'update' | 'find' | 'look'

/** The form of what is stored, or of a first draft. */
export function formOf(place: ReleasePlace, release: ReleaseDraft | Release): ReleaseForm {
  const { module, userType, catalog, timeZone } = place
  const offered = linkPaths(catalog, module.name, userType.primaryModule)
  const path = release.path.join('.')
  const isOffered = path === '' || offered.some(({ links }) => links.join('.') === path)
  return {
    revision: userType.revision,
    lastChange: '',
    draft: release,
    criteria: typedCriteria(module, release.criteria, timeZone),
    otherPath: isOffered ? '' : `${module.name}.${path}`,
    ticked: undefined,
    look: { words: '', recordId: '' }
  }
}

/** A posted form; `action` is undefined when it is to be saved. @throws Invalid, PorticoError (400) for what no browser sends from our form. */
export function readRelease(place: ReleasePlace, body: unknown): { form: ReleaseForm; action: FormAction | undefined } {
  const { typed, rest } = splitCriteria(typeof body === 'object' && body !== null ? { ...body } : {})
  const posted = readForm(z.strictObject({ ...shape, ...layoutShape(place) }), rest)
  const action = actionOf(posted._do)
  const criteria = posted._do === undefined ? filledIn(typed) : afterAction(typed, posted._do)
  const { revision, lastChange, otherPath, lookFor, lookAs } = posted
  const ticked = tickedIn(place, posted)
  const form = {
    revision,
    lastChange,
    criteria,
    otherPath,
    ticked,
    draft: draftOf(place, posted, { criteria, ticked }),
    look: { words: lookFor.trim(), recordId: lookAs }
  }
  return { form, action }
}

type Posted = z.infer<z.ZodObject<typeof shape>> & Readonly<Record<string, unknown>>

/** `visible.<layout>` and `readOnly.<layout>` for each layout of the module. */
function layoutShape({ layouts }: ReleasePlace): Record<string, typeof words> {
  return Object.fromEntries(
    layouts.flatMap(({ id }) => [[`visible.${id}`, words] as const, [`readOnly.${id}`, words] as const])
  )
}

function actionOf(word: string | undefined): FormAction | undefined {
  if (word === undefined) return undefined
  if (word === 'find' || word === 'look') return word
  if (word === 'update' || criteriaAction.test(word)) return 'update'
  throw new PorticoError('errors.badRequest', { status: 400 })
}

function draftOf(
  place: ReleasePlace,
  posted: Posted,
  { criteria, ticked }: { criteria: TypedGroup; ticked: ReadonlyMap<string, Ticked> }
): ReleaseDraft {
  const { module, timeZone } = place
  const { kind, path, otherPath, notes, view, inSteps } = posted
  const fields = releasedIn(ticked.get(''))
  const layouts = layoutsIn(place, posted, ticked)
  const shared = { ...plainRelease, module: module.name, kind, fields, layouts, view }
  if (kind === 'public') return shared
  const given = { ...shared, rights: new Set(posted.right), inSteps }
  if (kind === 'part') return given
  return {
    ...given,
    notes,
    path: otherPath === '' ? linksTyped(path, '') : linksTyped(otherPath, module.name),
    criteria: criteriaTyped(module, criteria, timeZone)
  }
}

function layoutsIn(
  { layouts }: ReleasePlace,
  { layout }: Posted,
  ticked: ReadonlyMap<string, Ticked>
): LayoutRelease[] {
  const released = layouts.filter(({ id }) => layout.includes(id))
  return released.map(({ id }) => ({ layoutId: id, fields: releasedIn(ticked.get(id)) }))
}

function tickedIn({ layouts }: ReleasePlace, posted: Posted): Map<string, Ticked> {
  const { visible, readOnly } = posted
  const others = layouts.map(({ id }): [string, Ticked] => [
    id,
    { visible: namesIn(posted[`visible.${id}`]), readOnly: namesIn(posted[`readOnly.${id}`]) }
  ])
  return new Map([['', { visible, readOnly }], ...others])
}

function namesIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map(String) : []
}

function releasedIn({ visible, readOnly }: Ticked = { visible: [], readOnly: [] }): Map<string, FieldRelease> {
  const never = new Set(readOnly)
  return new Map(visible.map((name) => [name, never.has(name) ? 'readOnly' : 'editable']))
}

/** What a module that isn't released yet begins with: nothing visible (a new field is invisible until somebody releases it). */
export function blankDraft({
  userType,
  module,
  catalog
}: Pick<ReleasePlace, 'userType' | 'module' | 'catalog'>): ReleaseDraft {
  const kind: ReleaseKind = module.name === userType.primaryModule ? 'primary' : module.partOf ? 'part' : 'related'
  const [shortest] = kind === 'related' ? linkPaths(catalog, module.name, userType.primaryModule) : []
  const fields = new Map<string, FieldRelease>([[module.title, 'readOnly']])
  return {
    ...plainRelease,
    module: module.name,
    kind,
    path: shortest?.links ?? [],
    fields
  }
}
