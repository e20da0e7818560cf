/** Signing in to the CRM and out of it. */
import type { RequestHandler } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { countedIn, type Counted } from '../../../db/counted.js'
import { Invalid } from '../../../errors.js'
import { readForm, submit } from '../../../web/forms.js'
import { page, urlFor } from '../../../web/render.js'
import { sameSitePath } from '../../../web/return-path.js'
import type { Staff } from '../../host.js'
import type { Crm } from '../crm.js'
import { homePath, signInPath } from './paths.js'
import type { StaffSessions } from './sessions.js'

const form = z.object({ userName: z.string().max(200), password: z.string().max(1000), to: z.string().optional() })

export function signInPages(crm: Crm, sessions: StaffSessions): Record<'show' | 'signIn' | 'signOut', RequestHandler> {
  const attempts = new Attempts(crm.db)
  return {
    show: async (req, res) => {
      if (await sessions.staffOf(req)) return res.redirect(303, urlFor(res, homePath))
      await page(res, 'crm/sign-in', { form: { to: sameSitePath(req.query.to) ?? '', typed: {}, errors: {} } })
    },
    signIn: (req, res) =>
      submit(
        req,
        async () => {
          const { userName, password, to } = readForm(form, req.body)
          const staff = await attempts.guard(userName, req.ip ?? '', () => crm.users.signIn(userName, password))
          if (!staff) throw new Invalid({ form: { key: 'crm:error.signInFailed' } })
          await sessions.start(req, staff)
          res.redirect(303, sameSitePath(to) ?? urlFor(res, homePath))
        },
        ({ errors, typed }) =>
          page(res, 'crm/sign-in', { form: { to: sameSitePath(typed.to) ?? '', typed, errors } }, { status: 422 })
      ),
    signOut: async (req, res) => {
      await sessions.end(req, res)
      res.redirect(303, urlFor(res, signInPath))
    }
  }
}

/** Failed sign-ins are counted by user name and address, and by address alone; too many of them have to wait. */
class Attempts {
  private limits: Promise<Limits> | undefined

  constructor(private readonly db: Knex) {}

  async guard(userName: string, address: string, signIn: () => Promise<Staff | undefined>): Promise<Staff | undefined> {
    const { byName, byAddress } = await this.known()
    const name = `${userName.trim()} ${address}`
    await byAddress.count(address)
    await byName.count(name)
    const staff = await signIn()
    if (staff) await byName.forget(name)
    if (staff) await byAddress.takeBack(address)
    return staff
  }

  /** Asked for once more where the database gave no answer. */
  private known(): Promise<Limits> {
    this.limits ??= limitsIn(this.db).catch((error: unknown) => {
      this.limits = undefined
      throw error
    })
    return this.limits
  }
}

const quarter = 15 * 60

interface Limits {
  readonly byName: Counted
  readonly byAddress: Counted
}

async function limitsIn(db: Knex): Promise<Limits> {
  const limit = await countedIn(db, 'crm_attempts')
  return {
    byName: limit({ keyPrefix: 'name', points: 8, duration: quarter }),
    byAddress: limit({ keyPrefix: 'address', points: 50, duration: quarter })
  }
}

/** Takes attempts away that no longer count; `now` in milliseconds since 1970. */
export async function forgetAttempts(db: Knex, now: number): Promise<void> {
  await db('crm_attempts').where('expire', '<=', now).delete()
}
