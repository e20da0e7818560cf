/** The pages of a door: sign-in, forgotten password, invitation, first sign-in, profile. Each is in a file of its own. */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { doorOf, requireViewer } from './admission.js'
import { sendCode, showNumberForm, signInByCode } from './code-pages.js'
import { change, showChange } from './change-pages.js'
import { confirmAddress, showConfirmation } from './confirmation-pages.js'
import { cross } from './crossing.js'
import { enterFactor, sendFactorCode, showFactor } from './factors/factor-pages.js'
import { ownFactorPages } from './factors/own-factor-pages.js'
import type { Door, ResolveDoor } from './identity.js'
import { acceptInvitation, setFirstPassword, showFirstPassword, showInvitation } from './invitation-pages.js'
import type { Parts } from './parts.js'
import { changePassword, prefer, showProfile, showWelcome, welcome } from './profile-pages.js'
import { resetPassword, sendReset, showForgotten, showReset } from './reset-pages.js'
import { showSignIn, signIn, signOut } from './sign-in-pages.js'
import { urlFor } from '../web/render.js'

/** A page of a door. */
export type DoorPage = (at: { parts: Parts; req: Request; res: Response; door: Door }) => Promise<void>

export function identityPages(parts: Parts, resolve: ResolveDoor, frame: RequestHandler = asItIs): Router {
  const router = Router({ mergeParams: true })
  const at =
    (show: DoorPage): RequestHandler =>
    async (req, res) => {
      const door = await doorOf(req, resolve)
      const home = urlFor(res, `${door.base}/`)
      res.locals.area ??= {
        kind: 'entrance',
        home,
        // The page may be in the language of whoever is found out to stand here.
        get name() {
          return door.name
        }
      }
      res.locals['signInUrl'] = urlFor(res, `${door.base}/sign-in`)
      await show({ parts, req, res, door })
    }
  const signedIn = requireViewer(parts, resolve)
  const withSession = parts.session

  router.get('/sign-in', withSession, at(showSignIn))
  router.post('/sign-in', withSession, at(signIn))
  router.post('/sign-out', withSession, at(signOut))
  router.get('/sign-in/code', at(showNumberForm))
  router.post('/sign-in/code', at(sendCode))
  router.post('/sign-in/code/entry', withSession, at(signInByCode))

  router.get('/sign-in/factor', withSession, at(showFactor))
  router.post('/sign-in/factor', withSession, at(enterFactor))
  router.post('/sign-in/factor/message', withSession, at(sendFactorCode))
  router.get('/sign-in/new-password', withSession, at(showChange))
  router.post('/sign-in/new-password', withSession, at(change))
  router.post('/sign-in/across', withSession, at(cross))

  router.get('/forgotten-password', at(showForgotten))
  router.post('/forgotten-password', at(sendReset))
  router.get('/reset/:token', at(showReset))
  router.post('/reset/:token', at(resetPassword))

  router.get('/invitation/:token', withSession, at(showInvitation))
  router.post('/invitation/:token', withSession, at(acceptInvitation))
  router.get('/confirmation/:token', at(showConfirmation))
  router.post('/confirmation/:token', withSession, at(confirmAddress))
  router.get('/password', withSession, at(showFirstPassword))
  router.post('/password', withSession, at(setFirstPassword))

  router.get('/welcome', signedIn, at(showWelcome))
  router.post('/welcome', signedIn, at(welcome))
  router.get('/profile', signedIn, frame, at(showProfile))
  router.post('/profile/preferences', signedIn, frame, at(prefer))
  router.post('/profile/password', signedIn, frame, at(changePassword))
  router.use('/profile/second-factor', signedIn, frame, ownFactorPages(at))
  return router
}

const asItIs: RequestHandler = (req, res, next) => next()
