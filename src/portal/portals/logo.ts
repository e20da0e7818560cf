/** A portal's logo: a small picture of ours, kept in our own tables and shown without a session (E01). */
import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Request } from 'express'
import type { Knex } from 'knex'
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { Invalid, PorticoError } from '../../errors.js'
import type { FieldError, Files, Staff } from '../../host/host.js'
import { createUploads } from '../../web/uploads.js'
import { configuration } from '../configuration.js'
import { isPictureType, pictureSize, type PictureType } from './picture-size.js'
import { portalById } from './portals.js'

/** In bytes. */
export const largestLogo = 200_000
/** In pixels, each way. */
export const longestSide = 2000

export interface Logo {
  readonly type: PictureType
  readonly content: Buffer
}

/** The portal's logo, if it has one. */
export async function logoOf(db: Knex, portalId: string): Promise<Logo | undefined> {
  const row = await db<Logo & { portal_id: string }>('portico_portal_logos')
    .first('type', 'content')
    .where({ portal_id: portalId })
  return row && { type: row.type, content: Buffer.from(row.content) }
}

/** Reads a form with at most one picture in the field `logo`; the type is decided by its bytes (A19).
 *  @throws Invalid with an error for `logo`. */
export async function receiveLogo(
  req: Request,
  by: Staff
): Promise<{ fields: Record<string, string>; logo: Logo | undefined }> {
  const kept: { type: string; content: Buffer }[] = []
  const uploads = createUploads({ files: inMemory(kept) }, { uploadSize: largestLogo, filesPerNote: 1 })
  const { fields } = await uploads.receive(req, { kind: 'staff', id: by.id }).catch(inOurWords)
  return { fields, logo: kept[0] && checked(kept[0].type, kept[0].content) }
}

/** Puts a logo in place of the one before; undefined takes it away. @throws NotFound, ChangedMeanwhile */
export async function saveLogo(context: Context, seen: Seen, logo: Logo | undefined, by: Staff): Promise<void> {
  const portal = portalById(await configuration(context.db), seen.id)
  const stamp = logo && createHash('sha256').update(logo.content).digest('base64url').slice(0, 12)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portals', seen)
    await trx('portico_portal_logos').where({ portal_id: portal.id }).delete()
    if (logo) await trx('portico_portal_logos').insert({ portal_id: portal.id, stamp, ...logo })
    return {
      action: logo ? 'portal.logo-changed' : 'portal.logo-removed',
      subject: `portal:${portal.id}`,
      before: { logo: portal.logo },
      after: { logo: stamp }
    }
  })
}

/** Where uploads put files that are not the CRM's. */
function inMemory(kept: { type: string; content: Buffer }[]): Files {
  return {
    async write({ name, type, content }) {
      const bytes = await buffer(content)
      kept.push({ type, content: bytes })
      return { id: name, name, type, size: bytes.length }
    },
    read: () => Promise.reject(new RangeError('Nothing is kept here.')),
    remove: () => Promise.resolve()
  }
}

/** What is far too large is refused as such; other files with what a logo may be, and why that is no SVG. */
function inOurWords(error: unknown): never {
  if (error instanceof PorticoError && error.status === 413)
    throw refused({ key: 'appearance:problem.weight', args: { max: largestLogo / 1000 } })
  const key = error instanceof Invalid ? error.fields['logo']?.key : undefined
  if (key === 'errors.file.type' || key === 'errors.file.name') throw refused({ key: 'appearance:problem.type' })
  throw error
}

function checked(type: string, content: Buffer): Logo {
  if (!isPictureType(type)) throw refused({ key: 'appearance:problem.type' })
  const size = pictureSize(type, content)
  if (!size) throw refused({ key: 'appearance:problem.unreadable' })
  if (Math.max(size.width, size.height) > longestSide)
    throw refused({ key: 'appearance:problem.size', args: { max: longestSide } })
  return { type, content }
}

function refused(error: FieldError): Invalid {
  return new Invalid({ logo: error })
}
