/** A new password before anything else opens, because an administrator asks for one (T04). */
import { z } from 'zod'
import type { Person } from '../access/viewer.js'
import { nothingTyped, readForm, submit } from '../web/forms.js'
import { localeFor } from '../web/locale.js'
import { page, urlFor } from '../web/render.js'
import { signInAtStage } from './admission.js'
import { letIn } from './letting-in.js'
import type { DoorPage } from './pages.js'
import { mustBeGood, mustBeNew, password, username } from './password-form.js'
import { shortest } from './password.js'
import type { StoredIdentity } from './profiles.js'
import type { SignIn } from './session.js'

const passwordForm = z.strictObject({ password, username })

type At = Parameters<DoorPage>[0]

interface Changing {
  readonly signIn: SignIn
  readonly identity: StoredIdentity
  readonly person: Person
}

export const showChange: DoorPage = (at) =>
  changing(at, ({ identity: { address } }) =>
    page(at.res, 'identity/change', { door: at.door, address, shortest, score: 0, form: nothingTyped })
  )

/** His other sessions end; this one goes on to the page he wanted. */
export const change: DoorPage = (at) =>
  changing(at, async ({ signIn, identity, person }) => {
    const { parts, req, res, door } = at
    let score = 0
    const act = async () => {
      const form = readForm(passwordForm, req.body)
      mustBeGood(form.password, identity, (found) => (score = found))
      await mustBeNew(parts, identity, form.password)
      await parts.profiles.setPassword(identity.id, await parts.passwords.hash(form.password), 'oldPassword')
      await parts.links.endResets(identity.id)
      await letIn(at, { ...identity, mustChangePassword: false }, person, signIn)
    }
    const { address } = identity
    await submit(req, act, (form) =>
      page(res, 'identity/change', { door, address, shortest, score, form }, { status: 422 })
    )
  })

async function changing(at: At, goOn: (one: Changing) => Promise<void>): Promise<void> {
  const { parts, req, res, door } = at
  const signIn = await signInAtStage(parts, req, door, 'change')
  const identity = signIn && (await parts.profiles.find(signIn.identityId))
  const person = identity && (await door.admit(identity.id))
  if (!signIn || !identity || !person) return res.redirect(303, urlFor(res, `${door.base}/sign-in`))
  req.locale = localeFor(req, { person: identity.locale, door: door.locale })
  await goOn({ signIn, identity, person })
}
