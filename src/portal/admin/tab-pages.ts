/** Administrators' page of a portal's navigation: which entries it shows, and in which order (E03). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration, type Portal } from '../configuration.js'
import { portalById } from '../portals/portals.js'
import { arranged, goneFrom, listOf, saveTabs, tabsOfPortal, type ArrangedTab, type Tab } from '../portals/tabs.js'
import { changesOf } from './changes.js'
import { adminUrl } from './frame.js'

const tabsForm = z.strictObject({
  revision: wholeNumber,
  /** `all`: no list at all. */
  mode: z.enum(['all', 'own']),
  /** In the order the page had. */
  words: z.array(z.string()),
  places: z.array(z.string()),
  shown: z.array(z.string()),
  /** `up Case`: one of the small buttons. */
  move: z.string().optional()
})
type TabsForm = z.infer<typeof tabsForm>

export function navigationPage(context: Context): RequestHandler {
  return async (req, res) => showTabs(context, req, res)
}

export function changeNavigation(context: Context): RequestHandler {
  return async (req, res) => {
    const portal = await portalAsked(context, req)
    const tabs = await tabsOfPortal(context, portal, req.locale)
    await submitOrRefuse(
      req,
      async () => {
        const form = readForm(tabsForm, req.body)
        const entries = arrangedIn(form, tabs)
        const isList = form.mode === 'own' || form.move !== undefined || !isSame(entries, arranged(portal.tabs, tabs))
        const list = isList ? listOf(entries) : undefined
        await saveTabs(context, { id: portal.id, revision: form.revision }, list, req.staff)
        res.redirect(303, `${adminUrl(res, portal.id, 'tabs')}?saved=1`)
      },
      (again) => showTabs(context, req, res, again)
    )
  }
}

/** The tabs as the form orders them; what is no tab of the portal counts for nothing. */
function arrangedIn(form: TabsForm, tabs: readonly Tab[]): ArrangedTab[] {
  const rows = [...new Set(form.words)]
    .map((word, index) => ({ word, rank: rankOf(form.places[index], index + 1) }))
    .toSorted((a, b) => a.rank - b.rank)
  return moved(
    rows.map(({ word }) => word),
    form.move
  ).flatMap((word) => {
    const tab = tabs.find((one) => one.word === word)
    return tab ? [{ tab, isShown: form.shown.includes(word) }] : []
  })
}

/** Whoever changes an entry wants a list of his own, whatever stands chosen above. */
function isSame(entries: readonly ArrangedTab[], shown: readonly ArrangedTab[]): boolean {
  const told = (list: readonly ArrangedTab[]): string => list.map(({ tab, isShown }) => `${tab.word} ${isShown}`).join()
  return told(entries) === told(shown)
}

/** A number that was changed takes its place from whoever has it: going up before it, going down behind it. */
function rankOf(typed: string | undefined, before: number): number {
  const place = Math.trunc(Number(typed?.trim() || NaN))
  if (!Number.isFinite(place) || place === before) return before
  return place < before ? place - 0.5 : place + 0.5
}

function moved(words: readonly string[], move: string | undefined): readonly string[] {
  const [direction, ...rest] = (move ?? '').split(' ')
  const from = words.indexOf(rest.join(' '))
  const to = from + (direction === 'up' ? -1 : 1)
  if (from < 0 || to < 0 || to >= words.length) return words
  return words.with(from, words[to]!).with(to, words[from]!)
}

async function portalAsked(context: Context, req: Request): Promise<Portal> {
  return portalById(await configuration(context.db), String(req.params['portal']))
}

async function showTabs(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const portal = await portalAsked(context, req)
  const tabs = await tabsOfPortal(context, portal, req.locale)
  const typed = again && tabsForm.safeParse(asForm(again.typed))
  const entries = typed?.success ? arrangedIn(typed.data, tabs) : arranged(portal.tabs, tabs)
  await page(
    res,
    'portal-admin/tabs',
    {
      portal: { name: portal.name, url: adminUrl(res, portal.id), revision: portal.revision },
      mode: typed?.success ? typed.data.mode : portal.tabs ? 'own' : 'all',
      entries: entries.map(({ tab, isShown }) => ({ ...tab, isShown })),
      gone: await namesOf(context, req, goneFrom(portal.tabs, tabs)),
      action: adminUrl(res, portal.id, 'tabs'),
      notice: again?.notice,
      saved: req.query['saved'] === '1',
      changes: await changesOf(context, req, `portal:${portal.id}`),
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}

/** A list with one entry was posted as a plain value. */
function asForm(typed: Again['typed']): Record<string, unknown> {
  const lists = Object.fromEntries(['words', 'places', 'shown'].map((name) => [name, [typed[name] ?? []].flat()]))
  return { ...typed, ...lists }
}

/** What is gone is named as far as anybody still knows its name. */
async function namesOf(context: Context, req: Request, words: readonly string[]): Promise<string[]> {
  const { modules } = await context.host.catalog(req.locale)
  return words.map((word) => {
    if (!word.startsWith('module:')) return context.t(req.locale)('tabs:goneWebTab')
    const name = word.slice('module:'.length)
    return modules.get(name)?.labelPlural ?? name
  })
}
