/** Administrators' pages of portal roles: the list, one role as a table of modules and levels, one of its modules, and a portal's roles (E02). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Catalog } from '../../host/catalog.js'
import { line, readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration } from '../configuration.js'
import { accessLevels, gonePaths } from '../roles/levels.js'
import { portalById } from '../portals/portals.js'
import { goneFromRole } from '../roles/role-check.js'
import {
  createRole,
  deleteRole,
  removeRoleModule,
  renameRole,
  saveRoleModule,
  saveRolesOfPortal,
  usesOf
} from '../roles/role-changes.js'
import {
  leveledActions,
  portalRoles,
  roleById,
  rolesOfUsers,
  type PortalRole,
  type RoleModule
} from '../roles/roles.js'
import { changesOf } from './changes.js'
import { adminUrl, buttonsOn } from './frame.js'
import { ownerModules } from '../link-path.js'
import { firstModule, levelText, readRoleModule, roleSheet, type RolePlace } from './role-form.js'

const newForm = z.strictObject({ name: line(100) })
const nameForm = z.strictObject({ name: line(100), revision: wholeNumber })
const rolesForm = z.strictObject({ revision: wholeNumber, role: z.array(z.string().max(36)).max(200) })

export function roleListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const portals = [...(await configuration(context.db)).portals.values()]
    const given = [...(await rolesOfUsers(context.db)).values()].flat()
    await page(res, 'portal-admin/roles', {
      roles: [...(await portalRoles(context.db)).values()].map(({ id, name, modules }) => ({
        name,
        modules: modules.size,
        portals: portals.filter(({ roleIds }) => roleIds.includes(id)).map((portal) => portal.name),
        users: given.filter((role) => role === id).length,
        url: adminUrl(res, 'roles', id)
      })),
      newUrl: adminUrl(res, 'roles', 'new'),
      levelsUrl: adminUrl(res, 'levels'),
      deleted: req.query['deleted'] === '1',
      listUrl: adminUrl(res)
    })
  }
}

export function newRolePage(): RequestHandler {
  return (req, res) => showNew(req, res)
}

export function createRolePage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { name } = readForm(newForm, req.body)
        res.redirect(303, adminUrl(res, 'roles', await createRole(context, name, req.staff)))
      },
      (again) => showNew(req, res, again)
    )
}

export function rolePage(context: Context): RequestHandler {
  return (req, res) => showRole(context, req, res)
}

export function renameRolePage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const form = readForm(nameForm, req.body)
        await renameRole(context, { id: roleIdIn(req), revision: form.revision }, form.name, req.staff)
        res.redirect(303, `${adminUrl(res, 'roles', roleIdIn(req))}?saved=1`)
      },
      (again) => showRole(context, req, res, again)
    )
}

const pressed = buttonsOn('role', showRole)

export const deleteRolePage = pressed(
  (context, seen, { staff }) => deleteRole(context, seen, staff),
  (_, res) => `${adminUrl(res, 'roles')}?deleted=1`
)
export const removeRoleModulePage = pressed(
  (context, seen, { params, staff }) => removeRoleModule(context, seen, String(params['module']), staff),
  (req, res) => `${adminUrl(res, 'roles', roleIdIn(req))}?saved=1`
)

export function roleModulePage(context: Context): RequestHandler {
  return async (req, res) => showModule(context, req, res, await placeOf(context, req))
}

export function saveRoleModulePage(context: Context): RequestHandler {
  return async (req, res) => {
    const place = await placeOf(context, req)
    const { revision: seen, draft } = readRoleModule(place.module, req.body)
    await submitOrRefuse(
      req,
      async () => {
        const by = { ...req.staff, locale: req.locale }
        await saveRoleModule(context, { id: place.role.id, revision: seen }, draft, by)
        res.redirect(303, `${adminUrl(res, 'roles', place.role.id)}?saved=1`)
      },
      async (again) => showModule(context, req, res, await placeOf(context, req), { draft, again })
    )
  }
}

export function portalRolesPage(context: Context): RequestHandler {
  return (req, res) => showPortalRoles(context, req, res)
}

export function savePortalRolesPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const form = readForm(rolesForm, req.body)
        const seen = { id: String(req.params['portal']), revision: form.revision }
        await saveRolesOfPortal(context, seen, form.role, req.staff)
        res.redirect(303, `${adminUrl(res, seen.id, 'roles')}?saved=1`)
      },
      (again) => showPortalRoles(context, req, res, again)
    )
}

function roleIdIn(req: Request): string {
  return String(req.params['role'])
}

/** @throws NotFound for a role or a module that isn't there. */
async function placeOf(context: Context, req: Request): Promise<RolePlace> {
  const role = await roleById(context.db, roleIdIn(req))
  const catalog = await context.host.catalog(req.locale)
  const module = catalog.modules.get(String(req.params['module']))
  if (!module) throw new NotFound()
  return { catalog, module, role, levels: await accessLevels(context.db) }
}

async function showNew(_req: Request, res: Response, again?: Again): Promise<void> {
  const form = { values: again?.typed ?? {}, errors: again?.errors ?? {}, action: adminUrl(res, 'roles') }
  await page(
    res,
    'portal-admin/role-new',
    { form, notice: again?.notice, rolesUrl: adminUrl(res, 'roles'), listUrl: adminUrl(res) },
    { status: again?.status }
  )
}

async function showRole(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const role = await roleById(context.db, roleIdIn(req))
  const catalog = await context.host.catalog(req.locale)
  const t = context.t(req.locale)
  const { portals, users, userCount } = await usesOf(context.db, role.id)
  await page(
    res,
    'portal-admin/role',
    {
      role: { name: role.name, revision: role.revision },
      form: {
        values: { name: role.name, ...again?.typed },
        errors: again?.errors ?? {},
        action: adminUrl(res, 'roles', role.id),
        deleteAction: adminUrl(res, 'roles', role.id, 'removal')
      },
      actions: ['create', ...leveledActions].map((name) => t(`roles:action.${name}`)),
      rows: moduleRows(t, res, catalog, role),
      others: otherModules(res, catalog, role),
      uses: {
        portals: portals.map(({ id, name }) => ({ name, url: adminUrl(res, id, 'roles') })),
        users: users.map(({ id, name }) => ({ name, url: adminUrl(res, 'users', id) })),
        more: userCount - users.length
      },
      changes: await changesOf(context, req, `portal-role:${role.id}`),
      notice: again?.notice,
      saved: req.query['saved'] === '1',
      levelsUrl: adminUrl(res, 'levels'),
      rolesUrl: adminUrl(res, 'roles'),
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}

/** In the catalog's order; then what the CRM no longer has. */
function moduleRows(t: Translate, res: Response, catalog: Catalog, role: PortalRole): Record<string, unknown>[] {
  const names = [...catalog.modules.keys()].filter((name) => role.modules.has(name))
  const gone = [...role.modules.keys()].filter((name) => !catalog.modules.has(name))
  return [...names, ...gone].map((name) => moduleRow(t, res, catalog, role, role.modules.get(name)!))
}

function moduleRow(
  t: Translate,
  res: Response,
  catalog: Catalog,
  role: PortalRole,
  given: RoleModule
): Record<string, unknown> {
  const module = catalog.modules.get(given.module)
  const url = adminUrl(res, 'roles', role.id, 'modules', given.module)
  return {
    module: given.module,
    label: module?.labelPlural ?? given.module,
    url: module && url,
    removalUrl: `${url}/removal`,
    cells: [
      t(given.mayCreate ? 'roles:level.yes' : 'roles:level.no'),
      ...leveledActions.map((action) =>
        action === 'stream' && !module?.hasFeed ? '–' : levelText(t, module, given.levels[action])
      )
    ],
    fields: given.fields.size,
    gone: goneFromRole(catalog, given)
  }
}

/** What the role could give too: line items only beside the module they are part of. */
function otherModules(res: Response, catalog: Catalog, role: PortalRole): Record<string, unknown>[] {
  const staff = ownerModules(catalog)
  return [...catalog.modules.values()]
    .filter(
      ({ name, partOf }) => !role.modules.has(name) && !staff.has(name) && (!partOf || role.modules.has(partOf.module))
    )
    .map(({ name, labelPlural, icon }) => ({
      label: labelPlural,
      icon,
      url: adminUrl(res, 'roles', role.id, 'modules', name)
    }))
}

async function showModule(
  context: Context,
  req: Request,
  res: Response,
  place: RolePlace,
  refused?: { draft: RoleModule; again: Again }
): Promise<void> {
  const { role, module, catalog, levels } = place
  const stored = role.modules.get(module.name)
  const given = refused?.draft ?? stored ?? firstModule(module)
  const url = adminUrl(res, 'roles', role.id)
  await page(
    res,
    'portal-admin/role-module',
    {
      module: { label: module.labelPlural, name: module.name },
      role: { name: role.name, revision: role.revision, url },
      sheet: roleSheet(context.t(req.locale), place, given),
      isGiven: stored !== undefined,
      gone: [...(stored ? goneFromRole(catalog, stored) : []), ...gonePaths(levels, catalog, module.name)],
      errors: refused?.again.errors ?? {},
      notice: refused?.again.notice,
      action: adminUrl(res, 'roles', role.id, 'modules', module.name),
      levelUrl: adminUrl(res, 'levels', module.name),
      rolesUrl: adminUrl(res, 'roles'),
      listUrl: adminUrl(res)
    },
    { status: refused?.again.status }
  )
}

async function showPortalRoles(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const portal = portalById(await configuration(context.db), String(req.params['portal']))
  const roles = [...(await portalRoles(context.db)).values()]
  const chosen = again ? [again.typed['role'] ?? []].flat() : portal.roleIds
  await page(
    res,
    'portal-admin/role-portal',
    {
      portal: { name: portal.name, url: adminUrl(res, portal.id), revision: portal.revision },
      form: { action: adminUrl(res, portal.id, 'roles'), errors: again?.errors ?? {}, chosen },
      roles: roles.map(({ id, name }) => ({ value: id, label: name })),
      notice: again?.notice,
      saved: req.query['saved'] === '1',
      newUrl: adminUrl(res, 'roles', 'new'),
      rolesUrl: adminUrl(res, 'roles'),
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}
