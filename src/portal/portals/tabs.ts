/** The tab list of a portal: what its navigation shows, and in which order (E03). It hides and orders; it grants nothing. */
import { records } from '../../access/records.js'
import type { Viewer } from '../../access/viewer.js'
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import type { Catalog, Locale, Module } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { configuration, userTypesOf, type Portal } from '../configuration.js'
import { dashboardFor } from '../dashboards/dashboards.js'
import { addressOf } from '../module-address.js'
import { portalById } from './portals.js'
import { modulesOfRoles } from '../roles/roles.js'
import { webTabs, webTabsFor, type WebTab } from './web-tabs.js'

/** An entry of the navigation. */
export interface Tab {
  /** `home`, `module:Case`, `web:<id>`. */
  readonly word: string
  readonly label: string
  readonly icon: string
  /** Below the door's base. */
  readonly path: string
}

/** A tab list keeps hidden entries too, so that only what nobody has decided about counts as new. */
const hidden = '-'

export interface ArrangedTab {
  readonly tab: Tab
  readonly isShown: boolean
}

/** `tabs` as the list arranges them. What it doesn't name yet is shown behind the rest; without a list everything is, as it comes. */
export function arranged(list: readonly string[] | undefined, tabs: readonly Tab[]): ArrangedTab[] {
  const named = (list ?? []).flatMap((word) => {
    const tab = tabs.find((one) => one.word === bare(word))
    return tab ? [{ tab, isShown: !word.startsWith(hidden) }] : []
  })
  const rest = tabs.filter((tab) => !named.some((one) => one.tab === tab)).map((tab) => ({ tab, isShown: true }))
  return [...named, ...rest]
}

/** Words of the list that lead nowhere any more. */
export function goneFrom(list: readonly string[] | undefined, tabs: readonly Tab[]): string[] {
  return (list ?? []).map(bare).filter((word) => !tabs.some((tab) => tab.word === word))
}

/** The list that arranges tabs like this. */
export function listOf(tabs: readonly ArrangedTab[]): string[] {
  return tabs.map(({ tab, isShown }) => (isShown ? tab.word : hidden + tab.word))
}

function bare(word: string): string {
  return word.startsWith(hidden) ? word.slice(hidden.length) : word
}

/** What the navigation shows this viewer, in order. The first entry is also his first page. */
export async function navigationOf(context: Context, viewer: Viewer): Promise<Tab[]> {
  const portal = (await configuration(context.db)).portals.get(viewer.person.portalId ?? '')
  return arranged(portal?.tabs, await tabsFor(context, viewer)).flatMap(({ tab, isShown }) => (isShown ? [tab] : []))
}

/** The path of the first page after signing in: where the list hides everything, the first module all the same. */
export async function firstPathFor(context: Context, viewer: Viewer): Promise<string> {
  const [first] = await navigationOf(context, viewer)
  if (first) return first.path
  const [module] = await modulesFor(viewer)
  return module ? moduleTab(module).path : '/'
}

async function tabsFor(context: Context, viewer: Viewer): Promise<Tab[]> {
  const { locale } = viewer.person
  return [
    ...((await dashboardFor(context.db, viewer)) ? [homeTab(context, locale)] : []),
    ...(await modulesFor(viewer)).map(moduleTab),
    ...(await webTabsFor(context.db, viewer.person)).map(webTab)
  ]
}

async function modulesFor(viewer: Viewer): Promise<Module[]> {
  return (await records(viewer).modules()).map(({ module }) => module).filter((module) => !module.partOf)
}

/** Everything that some user of the portal may have in his navigation, as the CRM orders it. */
export async function tabsOfPortal(context: Context, portal: Portal, locale: Locale): Promise<Tab[]> {
  const all = await configuration(context.db)
  const types = userTypesOf(all, portal.id)
  const catalog = await context.host.catalog(locale)
  const released = types.flatMap((type) => type.releases.map((release) => release.module))
  const modules = new Set([...released, ...(await modulesOfRoles(context.db, [portal]))])
  const given = new Set(types.flatMap((type) => type.webTabIds))
  return [
    homeTab(context, locale),
    ...modulesIn(catalog, modules),
    ...[...(await webTabs(context.db)).values()].filter(({ id }) => given.has(id)).map(webTab)
  ]
}

function modulesIn(catalog: Catalog, names: ReadonlySet<string>): Tab[] {
  return [...catalog.modules.values()].filter((module) => names.has(module.name) && !module.partOf).map(moduleTab)
}

function homeTab(context: Context, locale: Locale): Tab {
  return { word: 'home', label: context.t(locale)('tabs:home'), icon: 'house', path: '/' }
}

function moduleTab({ name, labelPlural, icon }: Module): Tab {
  return { word: `module:${name}`, label: labelPlural, icon, path: `/${addressOf(name)}` }
}

function webTab({ id, name }: WebTab): Tab {
  return { word: `web:${id}`, label: name, icon: 'globe', path: `/web/${id}` }
}

/** Arranges a portal's navigation; undefined shows everything in the CRM's order. @throws NotFound, ChangedMeanwhile */
export async function saveTabs(
  context: Context,
  seen: Seen,
  list: readonly string[] | undefined,
  by: Staff
): Promise<void> {
  const before = portalById(await configuration(context.db), seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portals', seen, { tabs: list ? JSON.stringify(list) : null })
    return {
      action: 'portal.tabs-changed',
      subject: `portal:${seen.id}`,
      before: { tabs: before.tabs },
      after: { tabs: list }
    }
  })
}
