/** Signing in to the CRM and out of it. */
import type { RequestHandler } from 'express'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { z } from 'zod'
import { Invalid, PorticoError } from '../../../errors.js'
import { readForm, submit } from '../../../web/forms.js'
import { page, urlFor } from '../../../web/render.js'
import { sameSitePath } from '../../../web/return-path.js'
import type { Staff } from '../../host.js'
import type { Crm } from '../crm.js'
import { homePath, signInPath } from './paths.js'
import type { StaffSessions } from './sessions.js'

const form = z.object({ userName: z.string().max(200), password: z.string().max(1000), to: z.string().optional() })

export function signInPages(crm: Crm, sessions: StaffSessions): Record<'show' | 'signIn' | 'signOut', RequestHandler> {
  const attempts = new Attempts()
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
  private readonly byName = new RateLimiterMemory({ points: 8, duration: 15 * 60 })
  private readonly byAddress = new RateLimiterMemory({ points: 50, duration: 15 * 60 })

  async guard(userName: string, address: string, signIn: () => Promise<Staff | undefined>): Promise<Staff | undefined> {
    const name = `${userName.trim().toLowerCase()} ${address}`
    await this.count(this.byAddress, address)
    await this.count(this.byName, name)
    const staff = await signIn()
    if (staff) await this.byName.delete(name)
    if (staff) await this.byAddress.reward(address, 1)
    return staff
  }

  private async count(limiter: RateLimiterMemory, key: string): Promise<void> {
    try {
      await limiter.consume(key)
    } catch (cause) {
      if (!(cause instanceof RateLimiterRes)) throw cause
      throw new PorticoError('errors.tooManyAttempts', {
        status: 429,
        args: { count: Math.ceil(cause.msBeforeNext / 60_000) }
      })
    }
  }
}
