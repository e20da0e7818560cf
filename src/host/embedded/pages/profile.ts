/** A staff member's own settings: language, formats, password, and the modules whose feed he follows (Z27). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { Invalid } from '../../../errors.js'
import { nothingTyped, readForm, submit, type ShownAgain } from '../../../web/forms.js'
import { page, urlFor } from '../../../web/render.js'
import { timeZoneChoices } from '../../../web/time-zones.js'
import { locales } from '../../catalog.js'
import type { Crm } from '../crm.js'
import type { Desk } from './desk.js'
import { homePath, profilePath } from './paths.js'
import { accepted } from './refusals.js'
import type { StaffSessions } from './sessions.js'

const form = z.object({
  locale: z.enum(locales),
  timeZone: z.string().max(64),
  date: z.enum(['iso', 'dmy', 'mdy']),
  time: z.enum(['24', '12']),
  follows: z.array(z.string())
})
const passwordForm = z.object({ currentPassword: z.string().max(1000), newPassword: z.string().max(1000) })

/** The modules whose feed this staff member follows; all with a feed until he chose. */
export async function followedModules(crm: Crm, desk: Desk): Promise<readonly string[]> {
  const all = desk.modules.flatMap(({ name, hasFeed }) => (hasFeed ? [name] : []))
  const chosen = await crm.settings.get<readonly string[]>(followsKey(desk))
  return chosen ? all.filter((name) => chosen.includes(name)) : all
}

function followsKey({ staff }: Desk): string {
  return `follows.${staff.id}`
}

export function profilePages(
  crm: Crm,
  sessions: StaffSessions
): Record<'show' | 'save' | 'savePassword', RequestHandler> {
  return {
    show: (req, res) => showProfile(crm, req, res, nothingTyped),
    save: (req, res) =>
      submit(
        req,
        async () => {
          const { date, time, follows, ...rest } = readForm(form, req.body)
          await accepted(() => crm.users.change(req.desk.staff.id, { ...rest, formats: { date, time } }))
          await crm.settings.set(followsKey(req.desk), follows)
          res.redirect(303, urlFor(res, homePath))
        },
        (again) => showProfile(crm, req, res, again, 422)
      ),
    savePassword: (req, res) =>
      submit(
        req,
        async () => {
          const { currentPassword, newPassword } = readForm(passwordForm, req.body)
          const { staff } = req.desk
          if (!(await crm.users.signIn(staff.userName, currentPassword))) {
            throw new Invalid({ currentPassword: { key: 'crm:error.wrongPassword' } })
          }
          await accepted(
            () => crm.users.change(staff.id, { password: newPassword }),
            () => 'newPassword'
          )
          await sessions.start(req, staff)
          res.redirect(303, urlFor(res, profilePath))
        },
        (again) => showProfile(crm, req, res, again, 422)
      )
  }
}

async function showProfile(
  crm: Crm,
  req: Request,
  res: Response,
  { typed, errors }: ShownAgain,
  status = 200
): Promise<void> {
  const { desk } = req
  const { staff } = desk
  const known = {
    locale: staff.locale,
    timeZone: staff.timeZone,
    ...staff.formats,
    follows: await followedModules(crm, desk)
  }
  const modules = desk.modules.filter(({ hasFeed }) => hasFeed)
  await page(
    res,
    'crm/profile',
    {
      form: { typed: { ...known, ...typed }, errors },
      modules: modules.map(({ name, labelPlural }) => ({ value: name, label: labelPlural })),
      timeZones: timeZoneChoices(staff.timeZone),
      path: profilePath
    },
    { status }
  )
}
