/** Administrators' pages of portal users as people: those without a record in the CRM, and one portal user with his portals, roles,
 *  accounts and dashboard (E02, E04, E08). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { locales } from '../../host/catalog.js'
import { email, line, readForm, wholeNumber } from '../../web/forms.js'
import { languageChoices, translator } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration } from '../configuration.js'
import { preferencesOf } from '../notifications/preferences.js'
import {
  accountsFound,
  accountsVisibleTo,
  dashboardNames,
  invitePerson,
  maySeePerson,
  saveAccountsOfUser,
  saveDashboardOfUser,
  saveRolesOfUser
} from '../people/persons.js'
import { accessesOfPerson, chosenAccounts, portalUserById, type PortalUser } from '../people/portal-users.js'
import { portalRoles, rolesOfUsers } from '../roles/roles.js'
import { shownAccess } from './access-shown.js'
import { changesOf } from './changes.js'
import { adminUrl } from './frame.js'
import { mayOpen, needs } from '../../web/permitted.js'
import { showUsers } from './user-list.js'

const ids = z.array(z.string().max(36)).max(500)
const personForm = z.strictObject({
  portal: z.string().max(36),
  name: line(100),
  address: email,
  language: z.enum(locales),
  role: ids
})
const rolesForm = z.strictObject({ revision: wholeNumber, role: ids })
const accountsForm = z.strictObject({ revision: wholeNumber, which: z.enum(['own', 'chosen']), account: ids })
const dashboardForm = z.strictObject({ revision: wholeNumber, dashboard: z.string().max(36) })

/** What was just done, as `portal:access.done` says it. */
const doneWords = [
  'invitation',
  'invitation-again',
  'confirmation-again',
  'deactivation',
  'activation',
  'transfer'
] as const

/** Portal users no record stands for: they are in no user type's list. */
export function personListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const t = context.t(req.locale)
    const invite = { label: t('roles:persons.new'), url: adminUrl(res, 'persons', 'new'), icon: 'user-plus' }
    await showUsers(
      context,
      req,
      res,
      { kind: 'withoutRecord' },
      {
        title: t('roles:persons.title'),
        intro: t('roles:persons.intro'),
        crumbs: [{ label: t('portal:menu.users'), url: adminUrl(res, 'users') }, { label: t('roles:persons.title') }],
        button: mayOpen(req.staff, needs.both) ? invite : undefined,
        empty: t('roles:persons.empty')
      }
    )
  }
}

export function newPersonPage(context: Context): RequestHandler {
  return (req, res) => showNew(context, req, res)
}

export function createPersonPage(context: Context): RequestHandler {
  return (req, res) => {
    return submitOrRefuse(
      req,
      async () => {
        const { portal, role, ...form } = readForm(personForm, req.body)
        const id = await invitePerson(context, { ...form, portalId: portal, roleIds: role }, req.staff)
        res.redirect(303, `${adminUrl(res, 'users', id)}?done=invitation`)
      },
      (again) => showNew(context, req, res, again)
    )
  }
}

export function personPage(context: Context): RequestHandler {
  return async (req, res) => showPerson(context, req, res, await personIn(context, req))
}

export const savePersonRolesPage = changing(async (context, req, user) => {
  const { revision: seen, role } = readForm(rolesForm, req.body)
  await saveRolesOfUser(context, { id: user.id, revision: seen }, role, req.staff)
})

export const savePersonAccountsPage = changing(async (context, req, user) => {
  const { revision: seen, which, account } = readForm(accountsForm, req.body)
  const chosen = which === 'chosen' ? account : undefined
  await saveAccountsOfUser(context, { id: user.id, revision: seen }, chosen, req.staff)
})

export const savePersonDashboardPage = changing(async (context, req, user) => {
  const { revision: seen, dashboard } = readForm(dashboardForm, req.body)
  await saveDashboardOfUser(context, { id: user.id, revision: seen }, dashboard || undefined, req.staff)
})

function changing(
  act: (context: Context, req: Request, user: PortalUser) => Promise<void>
): (context: Context) => RequestHandler {
  return (context) => async (req, res) => {
    const user = await personIn(context, req)
    await submitOrRefuse(
      req,
      async () => {
        await act(context, req, user)
        res.redirect(303, `${adminUrl(res, 'users', user.id)}?saved=1`)
      },
      (again) => showPerson(context, req, res, user, again)
    )
  }
}

/** @throws NotFound also for the person of a record that the CRM would not show this staff member. */
async function personIn(context: Context, req: Request): Promise<PortalUser> {
  const user = await portalUserById(context.db, String(req.params['user']))
  if (!(await maySeePerson(context, req.staff, user))) throw new NotFound()
  return user
}

async function showNew(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { portals } = await configuration(context.db)
  const open = [...portals.values()].filter(({ isActive }) => isActive)
  const proposed = await proposedPerson(context, req)
  await page(
    res,
    'portal-admin/person-new',
    {
      form: {
        action: adminUrl(res, 'persons'),
        values: { portal: open[0]?.id, ...proposed, role: [], ...again?.typed },
        errors: again?.errors ?? {}
      },
      portals: open.map(({ id, name }) => ({ value: id, label: name })),
      languages: languageChoices,
      roles: await roleChoices(context),
      days: context.config.invitationDays,
      notice: again?.notice,
      personsUrl: adminUrl(res, 'persons'),
      listUrl: adminUrl(res, 'users')
    },
    { status: again?.status }
  )
}

/** Whoever is let into another portal is the same person there. */
async function proposedPerson(context: Context, { query, staff }: Request): Promise<Record<string, string>> {
  if (typeof query['like'] !== 'string') return { name: '', address: '', language: staff.locale }
  const user = await portalUserById(context.db, query['like'])
  if (!(await maySeePerson(context, staff, user))) throw new NotFound()
  return { name: user.name, address: user.address, language: user.language }
}

async function roleChoices(context: Context): Promise<{ value: string; label: string }[]> {
  return [...(await portalRoles(context.db)).values()].map(({ id, name }) => ({ value: id, label: name }))
}

/** Also shown when something of the access could not be changed. */
export async function showPerson(
  context: Context,
  req: Request,
  res: Response,
  { id }: Pick<PortalUser, 'id'>,
  again?: Again
): Promise<void> {
  const user = await portalUserById(context.db, id)
  await page(
    res,
    'portal-admin/person',
    {
      user: { name: user.name, revision: user.revision, url: adminUrl(res, 'users', user.id) },
      ...waysFrom(context, req, res, user),
      access: await shownAccess(context, req, res, user),
      accesses: await accessRows(context, res, user),
      roles: await rolesShown(context, user, again),
      accounts: await accountsShown(context, req, user, again),
      dashboards: {
        choices: (await dashboardNames(context.db)).map((one) => ({ value: one.id, label: one.name })),
        chosen: user.dashboardId ?? ''
      },
      mayConfigure: mayOpen(req.staff, needs.both),
      errors: again?.errors ?? {},
      notice: again?.notice,
      done: doneWords.find((word) => word === req.query['done']),
      saved: req.query['saved'] === '1',
      notifications: await notificationsShown(context, req, user),
      changes: await changesOf(context, req, `portal-user:${user.id}`)
    },
    { status: again?.status }
  )
}

/** To his record, if he has one; else to the others without one, and to another portal for him. */
function waysFrom(
  context: Context,
  req: Request,
  res: Response,
  { id, module, recordId }: PortalUser
): Record<string, string | undefined> {
  const listUrl = adminUrl(res, 'users')
  if (module !== undefined && recordId !== undefined)
    return {
      listUrl,
      recordUrl: context.host.recordUrl(module, recordId),
      personsUrl: undefined,
      elsewhereUrl: undefined
    }
  const elsewhere = `${adminUrl(res, 'persons', 'new')}?${new URLSearchParams({ like: id }).toString()}`
  const elsewhereUrl = mayOpen(req.staff, needs.both) ? elsewhere : undefined
  return { listUrl, recordUrl: undefined, personsUrl: adminUrl(res, 'persons'), elsewhereUrl }
}

async function rolesShown(
  context: Context,
  user: PortalUser,
  again: Again | undefined
): Promise<Record<string, unknown>> {
  const choices = await roleChoices(context)
  const portal = (await configuration(context.db)).portals.get(user.portalId)
  return {
    choices,
    chosen: typedList(again, 'role') ?? (await rolesOfUsers(context.db)).get(user.id) ?? [],
    ofPortal: choices.filter(({ value }) => portal?.roleIds.includes(value))
  }
}

function typedList(again: Again | undefined, name: string): readonly string[] | undefined {
  return again?.typed[name] === undefined ? undefined : [again.typed[name]].flat()
}

async function accessRows(context: Context, res: Response, user: PortalUser): Promise<Record<string, unknown>[]> {
  const all = await configuration(context.db)
  return (await accessesOfPerson(context.db, user)).map((one) => ({
    portal: all.portals.get(one.portalId)?.name ?? '',
    userType: all.userTypes.get(one.userTypeId ?? '')?.name,
    status: one.status,
    url: adminUrl(res, 'users', one.id),
    isThis: one.id === user.id
  }))
}

/** What he is told by mail, in a sentence. */
async function notificationsShown(context: Context, req: Request, { id }: PortalUser): Promise<string> {
  const t = translator(req.locale)
  const { kinds = [], summary = 'soon' } = (await preferencesOf(context.db, id)) ?? {}
  if (kinds.length === 0) return t('notifications:staff.none')
  const names = kinds.map((kind) => t(`notifications:staff.kind.${kind}`)).join(', ')
  return t('notifications:staff.some', { kinds: names, when: t(`notifications:staff.when.${summary}`) })
}

/** By name, and only what the CRM shows this staff member; how many others there are is said. */
async function accountsShown(
  context: Context,
  req: Request,
  user: PortalUser,
  again: Again | undefined
): Promise<Record<string, unknown>> {
  const stored = (await chosenAccounts(context.db)).get(user.id)
  const known = await accountsVisibleTo(context, req.staff, stored ?? [])
  const typed = typedList(again, 'account')
  const chosen = typed ? await accountsVisibleTo(context, req.staff, typed) : known
  const search = typeof req.query['account'] === 'string' ? req.query['account'].trim() : ''
  const found = search === '' ? undefined : await accountsFound(context, req.staff, search)
  const which = stored || found ? 'chosen' : 'own'
  return {
    which: again?.typed['which'] ?? which,
    chosen,
    hidden: stored ? stored.length - known.length : 0,
    search,
    found: found?.filter(({ id }) => !chosen.some((one) => one.id === id))
  }
}
