/** One person, several doors: whoever is signed in at one goes on to another of his without typing his password again. Each door still
 *  decides for itself whether it admits him, and what is open at one stays closed at the others (A33, A52). */
import type { Request, Response } from 'express'
import type { Locale } from '../host/catalog.js'
import { urlFor } from '../web/render.js'
import type { Site } from '../web/site.js'
import { liveSignIns, personAt, standingOf } from './admission.js'
import type { Door, OtherDoor } from './identity.js'
import { firstPage, letIn } from './letting-in.js'
import type { DoorPage } from './pages.js'
import type { Parts } from './parts.js'
import type { SignIn } from './session.js'

/** For the account menu. */
export async function otherDoors(parts: Parts, req: Request, res: Response): Promise<OtherDoor[]> {
  const here = standingOf(req)
  if (!here) return []
  const { identityId, audience } = here
  const doors = (await parts.doorsOf(identityId, req.locale)).filter((door) => door.audience !== audience)
  const open = await Promise.all(doors.map(async (door) => ((await door.admit(identityId)) ? [door] : [])))
  return open.flat().map((door) => wayTo(door, req.site, res))
}

/** By a button where this site has the door, too. At another host name, or below another path, this session is not known: there he signs in. */
function wayTo({ name, base, address }: Door, site: Site, res: Response): OtherDoor {
  if (address === site.url + base) return { name, url: urlFor(res, `${base}/sign-in/across`), host: undefined }
  return { name, url: `${address}/sign-in`, host: new URL(address).host }
}

/** The end of his twelve hours stays what it was. */
export const cross: DoorPage = async (at) => {
  const { parts, req, res, door } = at
  const here = await personAt(parts, req, door)
  if (here) return res.redirect(303, urlFor(res, await firstPage(parts, door, here)))
  const from = await openElsewhere(parts, req, door)
  const identity = from && (await parts.profiles.find(from.identityId))
  const person = identity && (await door.admit(identity.id))
  if (!from || !identity || !person) return res.redirect(303, urlFor(res, `${door.base}/sign-in`))
  const { by, isFactored, since } = from
  await letIn(at, identity, person, { by, isFactored, since })
}

/** A sign-in at another of his doors, which is there and would still let him in. */
async function openElsewhere(parts: Parts, req: Request, { audience }: Door): Promise<SignIn | undefined> {
  const signIns = (await liveSignIns(parts, req)).filter((one) => one.stage === 'in' && one.audience !== audience)
  for (const one of signIns) if (await isAdmitted(parts, one, req.locale)) return one
  return undefined
}

async function isAdmitted(parts: Parts, { identityId, audience }: SignIn, locale: Locale): Promise<boolean> {
  const door = (await parts.doorsOf(identityId, locale)).find((one) => one.audience === audience)
  return (await door?.admit(identityId)) !== undefined
}
