/** The person's own pages: the first preferences after the first sign-in (Z19), and later the profile. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { NotFound } from '../errors.js'
import { nothingTyped, readForm, submit, type ShownAgain } from '../web/forms.js'
import { browserCountry, forgetChosenLocale, localeFor } from '../web/locale.js'
import { page, urlFor } from '../web/render.js'
import { timeZoneChoices } from '../web/time-zones.js'
import { liveSignIns, resume, standing } from './admission.js'
import type { Door } from './identity.js'
import { mustBeGood, mustBeNew, password, username } from './password-form.js'
import { shortest } from './password.js'
import { mustKnowPassword } from './own-password.js'
import type { DoorPage } from './pages.js'
import type { Parts } from './parts.js'
import { countryChoices, preferencesForm, preferencesOf, typedPreferences } from './preferences.js'
import type { StoredIdentity } from './profiles.js'
import { ownFactors } from './factors/own-factors.js'

const changeForm = z.strictObject({ old: password, password, username })

const notices = new Map([
  ['saved', 'identity:profile.saved'],
  ['factor-removed', 'factors:profile.removed']
])

/** Language and country are proposed from the browser, formats and time zone are the inviter's (Z14). */
export const showWelcome: DoorPage = async ({ parts, req, res, door }) => {
  const identity = await ownIdentity(parts, req)
  const proposed = { ...identity, locale: localeFor(req), country: identity.country ?? browserCountry(req) }
  await page(res, 'identity/welcome', {
    door,
    ...choices(req, identity),
    form: { errors: {}, typed: typedPreferences(proposed) }
  })
}

export const welcome: DoorPage = async ({ parts, req, res, door }) => {
  const act = async () => {
    await keepPreferences(parts, req, res)
    res.redirect(303, urlFor(res, door.base + (await door.home(req.viewer))))
  }
  const identity = await ownIdentity(parts, req)
  await submit(req, act, (form) =>
    page(res, 'identity/welcome', { door, ...choices(req, identity), form }, { status: 422 })
  )
}

export const showProfile: DoorPage = async ({ parts, req, res, door }) => {
  const notice = notices.get(String(req.query.notice))
  await profilePage(parts, req, res, door, { notice })
}

export const prefer: DoorPage = async ({ parts, req, res, door }) => {
  const act = async () => {
    await keepPreferences(parts, req, res)
    res.redirect(303, urlFor(res, `${door.base}/profile?notice=saved`))
  }
  await submit(req, act, (preferences) => profilePage(parts, req, res, door, { preferences }))
}

/** Asks for the old password, ends all other sessions and goes on under a new id (A34). */
export const changePassword: DoorPage = async ({ parts, req, res, door }) => {
  const identity = await ownIdentity(parts, req)
  let score = 0
  const act = async () => {
    const form = readForm(changeForm, req.body)
    await mustKnowPassword(parts, req, identity, { field: 'old', typed: form.old })
    mustBeGood(form.password, identity, (found) => (score = found))
    await mustBeNew(parts, identity, form.password)
    const open = await liveSignIns(parts, req)
    await parts.profiles.setPassword(identity.id, await parts.passwords.hash(form.password), 'oldPassword')
    await resume(parts, req, open)
    res.redirect(303, urlFor(res, `${door.base}/profile?notice=saved`))
  }
  await submit(req, act, (change) => profilePage(parts, req, res, door, { change, score }))
}

async function keepPreferences(parts: Parts, req: Request, res: Response): Promise<void> {
  const preferences = preferencesOf(readForm(preferencesForm, req.body))
  await parts.profiles.prefer(standing(req).identityId, preferences)
  forgetChosenLocale(req, res)
}

interface ProfileState {
  readonly notice?: string | undefined
  readonly preferences?: ShownAgain
  readonly change?: ShownAgain
  readonly score?: number
}

async function profilePage(parts: Parts, req: Request, res: Response, door: Door, state: ProfileState): Promise<void> {
  const identity = await ownIdentity(parts, req)
  const { notice, change = nothingTyped, score = 0 } = state
  const form = state.preferences ?? { errors: {}, typed: typedPreferences(identity) }
  const { address, hasPassword } = identity
  const factors = await ownFactors(parts, identity, req.site)
  const locals = {
    door,
    address,
    hasPassword,
    notice,
    change,
    shortest,
    score,
    form,
    factors,
    ...choices(req, identity)
  }
  await page(res, 'identity/profile', locals, { status: state.preferences || state.change ? 422 : 200 })
}

function choices(req: Request, identity: StoredIdentity) {
  return { zones: timeZoneChoices(identity.timeZone), countries: countryChoices(req.locale) }
}

export async function ownIdentity(parts: Parts, req: Request): Promise<StoredIdentity> {
  const identity = await parts.profiles.find(standing(req).identityId)
  if (!identity) throw new NotFound()
  return identity
}
