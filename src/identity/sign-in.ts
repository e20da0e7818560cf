/** Signing in by address and password: one answer, in one time, for every way to fail (A30). */
import type { Request, RequestHandler, Response } from 'express'
import passport from 'passport'
import { Strategy } from 'passport-local'
import type { Passwords } from './password.js'
import type { Profiles, StoredIdentity } from './profiles.js'

/** The identity whose address and password were posted, or undefined. */
export type CheckPassword = (req: Request, res: Response) => Promise<StoredIdentity | undefined>

/** A Passport of our own: nothing another part of the process registers or serializes can mix with it. */
export function createPasswordCheck(profiles: Profiles, passwords: Passwords): CheckPassword {
  const authenticator = new passport.Passport()
  authenticator.use(
    new Strategy(
      { usernameField: 'email', passwordField: 'password', session: false },
      async (email, password, done) => {
        try {
          done(null, (await identityBehind(profiles, passwords, email, password)) ?? false)
        } catch (error) {
          done(error)
        }
      }
    )
  )
  return (req, res) =>
    new Promise((resolve, reject) => {
      const decide = (error: Error | null, identity?: StoredIdentity | false) =>
        error ? reject(error) : resolve(identity || undefined)
      const check = authenticator.authenticate('local', { session: false }, decide) as RequestHandler
      void check(req, res, reject)
    })
}

/** The password is compared whether or not there is such an identity. */
async function identityBehind(
  profiles: Profiles,
  passwords: Passwords,
  email: string,
  password: string
): Promise<StoredIdentity | undefined> {
  const identity = await profiles.findByAddress(email)
  const isRight = await passwords.matches(identity?.passwordHash, password)
  return isRight ? identity : undefined
}
