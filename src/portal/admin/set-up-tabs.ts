/** The step *modules* of the set-up: one form for everything a user type can be given, what it shows and what was ticked as releases (Z04–Z10). */
import { z } from 'zod'
import type { Catalog, Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import {
  plainRelease,
  releaseOf,
  rights,
  type Configuration,
  type FieldRelease,
  type NoteRight,
  type Release,
  type ReleaseKind,
  type Right,
  type UserType
} from '../configuration.js'
import { linkPaths, ownerModules, pathNamed, type LinkPath } from '../link-path.js'
import { missingForCreate, type ReleaseDraft } from '../user-types/release-check.js'
import { personModules } from '../user-types/user-types.js'
import type { WebTab } from '../portals/web-tabs.js'

const words = z.array(z.string().max(320)).max(2000)
/** Which module an answer is about stands in it: `Case/create`. */
const schema = z.strictObject({
  revision: wholeNumber,
  module: words,
  path: words,
  right: words,
  cards: words,
  public: words,
  mandatory: words,
  webTab: words
})
export type TabsForm = z.infer<typeof schema>

/** @throws Invalid for what no browser sends from our form. */
export function readTabs(body: unknown): TabsForm {
  return readForm(schema, body)
}

export interface TabsPlace {
  readonly all: Configuration
  readonly catalog: Catalog
  readonly userType: UserType
  readonly webTabs: ReadonlyMap<string, WebTab>
}

/** A module that can be ticked, and the ways in which its records can belong to somebody. */
interface Offer {
  readonly module: Module
  readonly kind: Exclude<ReleaseKind, 'public'>
  readonly paths: readonly LinkPath[]
}

/** More are on the module's own page. */
const mostPaths = 3

/** The own record first, then what is linked with it or released already, line items after the module they are part of. */
function offersIn({ catalog, userType }: TabsPlace): Offer[] {
  const staff = ownerModules(catalog)
  const whole = [...catalog.modules.values()]
    .filter(({ name, partOf }) => !partOf && !staff.has(name))
    .map((module) => offerOf(catalog, userType, module))
  const linked = whole.filter(({ module, paths }) => paths.length > 0 || isRelatedAlready(userType, module))
  const own = whole.filter(({ kind }) => kind === 'primary')
  const others = linked.filter(({ kind }) => kind !== 'primary')
  return [...own, ...others].flatMap((offer) => [offer, ...partsOf(catalog, offer.module)])
}

function offerOf(catalog: Catalog, userType: UserType, module: Module): Offer {
  const kind = module.name === userType.primaryModule ? 'primary' : 'related'
  const paths = catalog.modules.has(userType.primaryModule)
    ? linkPaths(catalog, module.name, userType.primaryModule)
    : []
  return { module, kind, paths }
}

function isRelatedAlready(userType: UserType, { name }: Module): boolean {
  return releaseOf(userType, name)?.kind === 'related'
}

function partsOf(catalog: Catalog, { name }: Module): Offer[] {
  const parts = [...catalog.modules.values()].filter(({ partOf }) => partOf?.module === name)
  return parts.map((module) => ({ module, kind: 'part', paths: [] }))
}

/** Modules that may be shown whole: what is public, and what was released as such once (Z08). */
function publicOffers({ all, catalog, userType }: TabsPlace): Module[] {
  const staff = ownerModules(catalog)
  const isOffered = ({ name, partOf }: Module): boolean =>
    all.publicModules.has(name) && !partOf && name !== userType.primaryModule && !staff.has(name)
  return [...catalog.modules.values()].filter(
    (module) => isOffered(module) || releaseOf(userType, module.name)?.kind === 'public'
  )
}

/** What the stored releases are as answers of the form. */
export function tabsOf(place: TabsPlace): TabsForm {
  const { userType } = place
  const whole = userType.releases.filter(({ kind }) => kind !== 'public')
  return {
    revision: userType.revision,
    module: whole.map(({ module }) => module),
    path: whole.map(({ module, path }) => `${module}/${path.join('.')}`),
    right: whole.flatMap((release) =>
      [...release.rights, ...noteWords[release.notes]].map((word) => `${release.module}/${word}`)
    ),
    cards: whole.filter(({ view }) => view === 'canvas').map(({ module }) => module),
    public: userType.releases.filter(({ kind }) => kind === 'public').map(({ module }) => module),
    mandatory: [],
    webTab: [...userType.webTabIds]
  }
}

const noteWords: Readonly<Record<NoteRight, readonly string[]>> = {
  none: [],
  read: ['readNotes'],
  write: ['readNotes', 'writeNotes']
}

export interface TabsChange {
  readonly drafts: readonly ReleaseDraft[]
  readonly removed: readonly string[]
  readonly webTabIds: readonly string[]
}

/** What the form asks for, against what is stored; modules that the form does not offer stay as they are. */
export function changeIn(place: TabsPlace, form: TabsForm): TabsChange {
  const { userType } = place
  const offers = offersIn(place)
  const ticked = offers.filter(({ module, kind }) => kind === 'primary' || form.module.includes(module.name))
  const open = publicOffers(place).filter(({ name }) => form.public.includes(name))
  const drafts = [
    ...ticked.map((offer) => draftOf(place, offer, form)),
    ...open.map((module) => publicDraft(userType, module))
  ]
  const kept = new Set(drafts.map(({ module }) => module))
  const offered = new Set([...offers.map(({ module }) => module.name), ...publicOffers(place).map(({ name }) => name)])
  return {
    drafts: drafts.filter((draft) => !isStored(userType, draft)),
    removed: userType.releases.map(({ module }) => module).filter((name) => offered.has(name) && !kept.has(name)),
    webTabIds: form.webTab.filter((id) => place.webTabs.has(id))
  }
}

/** Modules ticked as related and as public at once: Z08 leaves one of the two. */
export function problemsIn(place: TabsPlace, form: TabsForm): Record<string, FieldError> {
  const twice = publicOffers(place).filter(({ name }) => form.public.includes(name) && form.module.includes(name))
  return Object.fromEntries(
    twice.map(({ name, labelPlural }) => [
      `${name}.public`,
      { key: 'set-up:problem.twice', args: { module: labelPlural } }
    ])
  )
}

function draftOf({ userType }: TabsPlace, { module, kind }: Offer, form: TabsForm): ReleaseDraft {
  const { fields, criteria, layouts, inSteps, path } = releaseOf(userType, module.name) ?? blank
  const answers = answersAbout(module.name, form)
  const draft: ReleaseDraft = {
    ...{ module: module.name, kind, fields, layouts, inSteps, rights: answers.rights },
    path: kind === 'part' ? [] : (answers.path ?? path),
    criteria: kind === 'part' ? undefined : criteria,
    notes: kind === 'part' || !module.hasFeed ? 'none' : answers.notes,
    view: form.cards.includes(module.name) ? 'canvas' : 'list'
  }
  return form.mandatory.includes(module.name) ? withMandatory(module, draft) : draft
}

const blank = { ...plainRelease, fields: new Map<string, FieldRelease>() }

/** What the right to create needs, released for writing: the remedy that is offered beside its refusal (Z11). */
function withMandatory(module: Module, draft: ReleaseDraft): ReleaseDraft {
  const fields = new Map(draft.fields)
  for (const { name } of missingForCreate(module, draft)) fields.set(name, 'editable')
  return { ...draft, fields }
}

interface AnswersAbout {
  readonly path: readonly string[] | undefined
  readonly rights: ReadonlySet<Right>
  readonly notes: NoteRight
}

function answersAbout(module: string, form: TabsForm): AnswersAbout {
  const of = (list: readonly string[]): string[] =>
    list.filter((word) => word.startsWith(`${module}/`)).map((word) => word.slice(module.length + 1))
  const [path] = of(form.path)
  const given = of(form.right)
  return {
    path: path === undefined ? undefined : path.split('.').filter((name) => name !== ''),
    rights: new Set(rights.filter((right) => given.includes(right))),
    notes: given.includes('writeNotes') ? 'write' : given.includes('readNotes') ? 'read' : 'none'
  }
}

/** Read only, whatever was released of it before. */
function publicDraft(userType: UserType, module: Module): ReleaseDraft {
  const stored = releaseOf(userType, module.name)
  const fields = new Map([...(stored?.fields ?? [])].map(([name]): [string, FieldRelease] => [name, 'readOnly']))
  return { ...plainRelease, module: module.name, kind: 'public', fields, view: stored?.view ?? 'list' }
}

function isStored(userType: UserType, draft: ReleaseDraft): boolean {
  const stored = releaseOf(userType, draft.module)
  return stored !== undefined && answersOf(stored) === answersOf(draft)
}

/** What this step decides of a release, to be compared. */
function answersOf({ kind, path, rights: given, notes, view, fields }: ReleaseDraft | Release): string {
  return JSON.stringify([kind, path, rights.filter((right) => given.has(right)), notes, view, [...fields]])
}

/** Everything the form's view prints. */
export function tabsSheet(t: Translate, place: TabsPlace, form: TabsForm): Record<string, unknown> {
  const rows = offersIn(place).map((offer) => rowOf(t, place, offer, form))
  const owners = customersIn(place)
  const open = publicOffers(place).map((module) => ({
    name: module.name,
    label: module.labelPlural,
    isTicked: form.public.includes(module.name),
    isNobodys: !owners.has(module.name) && !isLinkedWith(module, owners)
  }))
  return {
    own: rows.filter(({ kind }) => kind === 'primary'),
    near: rows.filter(({ isNear }) => isNear),
    far: rows.filter(({ isNear, kind }) => !isNear && kind !== 'primary'),
    public: open.filter(({ isTicked, isNobodys }) => isTicked || isNobodys),
    morePublic: open.filter(({ isTicked, isNobodys }) => !isTicked && !isNobodys),
    webTabs: [...place.webTabs.values()].map(({ id, name, url }) => ({
      id,
      name,
      url,
      isTicked: form.webTab.includes(id)
    }))
  }
}

/** Modules of people whom any user type lets in, and of the companies they belong to. What is linked with these is somebody's;
 *  catalogs and articles are not. */
function customersIn({ all, catalog }: TabsPlace): ReadonlySet<string> {
  const persons = new Set(personModules(catalog).map(({ name }) => name))
  const letIn = [...all.userTypes.values()].map(({ primaryModule }) => primaryModule)
  const companies = letIn.flatMap((name) =>
    [...(catalog.modules.get(name)?.links.values() ?? [])]
      .filter(({ to, cardinality }) => cardinality === 'one' && persons.has(to))
      .map(({ to }) => to)
  )
  return new Set([...letIn, ...companies])
}

function isLinkedWith({ links }: Module, modules: ReadonlySet<string>): boolean {
  return [...links.values()].some(({ to }) => modules.has(to))
}

interface Row {
  readonly name: string
  readonly kind: Offer['kind']
  readonly isNear: boolean
  readonly [shown: string]: unknown
}

/** Near: a single link away, chosen already, or part of such a module. */
function rowOf(t: Translate, place: TabsPlace, offer: Offer, form: TabsForm): Row {
  const { module, kind, paths } = offer
  const isTicked = kind === 'primary' || form.module.includes(module.name)
  const answers = answersAbout(module.name, form)
  const given: string[] = [...answers.rights, ...noteWords[answers.notes]]
  const offered = rightsOf(module, kind).map((word) => ({
    value: `${module.name}/${word}`,
    label: t(kind === 'primary' && word === 'edit' ? 'set-up:may.editOwn' : `set-up:may.${word}`),
    checked: given.includes(word)
  }))
  return {
    name: module.name,
    label: module.labelPlural,
    icon: module.icon,
    kind,
    isTicked,
    isNear: kind !== 'primary' && (isTicked || isNearBy(place, offer)),
    owner: place.catalog.modules.get(module.partOf?.module ?? '')?.labelPlural,
    paths: kind === 'part' ? [] : pathChoices(t, place, { module, kind, paths }, answers.path),
    path: `${module.name}/${(answers.path ?? paths[0]?.links ?? []).join('.')}`,
    rights: offered,
    may: offered.filter(({ checked }) => checked).map(({ label }) => label),
    isCards: form.cards.includes(module.name),
    hasCards: kind !== 'part',
    isMended: form.mandatory.includes(module.name)
  }
}

function isNearBy(place: TabsPlace, { module, paths }: Offer): boolean {
  const owner = place.catalog.modules.get(module.partOf?.module ?? '')
  const ways = owner ? offerOf(place.catalog, place.userType, owner).paths : paths
  return ways.some(({ links }) => links.length === 1)
}

function rightsOf({ hasFeed }: Module, kind: Offer['kind']): readonly string[] {
  if (kind === 'part') return ['create', 'edit', 'delete']
  return hasFeed ? [...rights, 'readNotes', 'writeNotes'] : rights
}

/** The shortest ways, the chosen one, and where there are criteria, no way but these. */
function pathChoices(
  t: Translate,
  { catalog, userType }: TabsPlace,
  { module, kind, paths }: Offer,
  chosen: readonly string[] = []
): { value: string; label: string }[] {
  const hasCriteria = releaseOf(userType, module.name)?.criteria !== undefined
  const none = kind === 'primary' ? 'set-up:path.own' : hasCriteria ? 'set-up:path.criteria' : undefined
  const first = paths.slice(0, mostPaths)
  const isListed = chosen.length === 0 || first.some(({ links }) => links.join('.') === chosen.join('.'))
  const further = isListed
    ? []
    : [pathNamed(catalog, module.name, chosen) ?? { links: chosen, label: chosen.join('.') }]
  const label = (path: Pick<LinkPath, 'label'>): string =>
    t(kind === 'primary' ? 'set-up:path.ownAnd' : 'set-up:path.by', { path: path.label })
  return [
    ...(none ? [{ value: `${module.name}/`, label: t(none) }] : []),
    ...[...first, ...further].map((path) => ({ value: `${module.name}/${path.links.join('.')}`, label: label(path) }))
  ]
}
