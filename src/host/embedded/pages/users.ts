/** The CRM's users, for administrators: who may sign in, and what Portico lets them do. */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { NotFound } from '../../../errors.js'
import { checkbox, line, readForm, submit, type ShownAgain } from '../../../web/forms.js'
import { page, urlFor } from '../../../web/render.js'
import { timeZoneChoices } from '../../../web/time-zones.js'
import { locales } from '../../catalog.js'
import { permissions, type Staff } from '../../host.js'
import type { Crm } from '../crm.js'
import { userPath, usersPath, withQuery } from './paths.js'
import { accepted } from './refusals.js'

const form = z.object({
  name: line(200),
  userName: line(100),
  email: z.string().trim().max(254),
  password: z.string().max(1000),
  isAdministrator: checkbox,
  permissions: z.array(z.enum(permissions)),
  locale: z.enum(locales),
  timeZone: z.string().max(64)
})

const limit = 25
const fresh = { locale: 'en', timeZone: 'Europe/Berlin', permissions: [] }

type UserPages = Record<'list' | 'showNew' | 'create' | 'show' | 'change' | 'activate' | 'deactivate', RequestHandler>

export function userPages(crm: Crm): UserPages {
  return {
    list: async (req, res) => {
      const search = typeof req.query.q === 'string' ? req.query.q.slice(0, 100) : ''
      const number = Math.max(Math.trunc(Number(req.query.page)) || 1, 1)
      const { users, hasMore } = await crm.users.list({ search: search.trim() || undefined, page: number, limit })
      const pageUrl = (to: number) => withQuery(usersPath, { q: search, page: String(to) })
      await page(res, 'crm/users', {
        rows: users.map((user) => ({ user, path: userPath(user.id) })),
        search,
        previous: number > 1 ? pageUrl(number - 1) : undefined,
        next: hasMore ? pageUrl(number + 1) : undefined,
        path: usersPath
      })
    },
    showNew: (req, res) => showForm(crm, req, res, { typed: fresh, errors: {} }),
    create: (req, res) =>
      submit(
        req,
        async () => {
          await accepted(() => crm.users.create(readForm(form, req.body)))
          res.redirect(303, urlFor(res, usersPath))
        },
        (again) => showForm(crm, req, res, { ...again, status: 422 })
      ),
    show: async (req, res) => {
      const user = await userIn(crm, req)
      await showForm(crm, req, res, { user, typed: typedOf(user), errors: {} })
    },
    change: async (req, res) => {
      const user = await userIn(crm, req)
      await submit(
        req,
        async () => {
          const { password, ...values } = readForm(form, req.body)
          await accepted(() =>
            crm.users.change(user.id, { ...keepingMyself(req, user, values), ...(password && { password }) })
          )
          res.redirect(303, urlFor(res, usersPath))
        },
        (again) => showForm(crm, req, res, { user, ...again, status: 422 })
      )
    },
    activate: (req, res) => setActive(crm, req, res, true),
    deactivate: (req, res) => setActive(crm, req, res, false)
  }
}

/** An administrator can't take the administration from himself: somebody else has to. */
function keepingMyself<T extends { isAdministrator: boolean }>(req: Request, user: Staff, values: T): T {
  return user.id === req.desk.staff.id ? { ...values, isAdministrator: true } : values
}

async function setActive(crm: Crm, req: Request, res: Response, isActive: boolean): Promise<void> {
  const user = await userIn(crm, req)
  if (user.id === req.desk.staff.id) throw new NotFound()
  await crm.users.change(user.id, { isActive })
  res.redirect(303, urlFor(res, userPath(user.id)))
}

async function userIn(crm: Crm, req: Request): Promise<Staff> {
  const user = await crm.users.find(String(req.params.id))
  if (!user) throw new NotFound()
  return user
}

function typedOf(user: Staff) {
  const { name, userName, email = '', locale, timeZone, isAdministrator } = user
  return {
    name,
    userName,
    email,
    locale,
    timeZone,
    isAdministrator: String(isAdministrator),
    permissions: [...user.permissions]
  }
}

interface UserForm extends ShownAgain {
  /** Undefined for a new one. */
  readonly user?: Staff
  readonly status?: number
}

async function showForm(crm: Crm, req: Request, res: Response, shown: UserForm): Promise<void> {
  const { user, typed, errors, status = 200 } = shown
  const panels = crm.plugins.map((plugin) => plugin.settings(req.locale))
  await page(
    res,
    'crm/user',
    {
      user,
      isMyself: user?.id === req.desk.staff.id,
      form: { typed, errors },
      permissions: panels.flatMap((panel) => panel.permissions).map(({ id, label }) => ({ value: id, label })),
      timeZones: timeZoneChoices(user?.timeZone ?? fresh.timeZone),
      path: user ? userPath(user.id) : usersPath,
      usersPath
    },
    { status }
  )
}
