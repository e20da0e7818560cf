/** Where people come in, for pages that show the way: the portals that are on. */
import type { Knex } from 'knex'
import { configuration } from '../configuration.js'
import { baseOf } from './portals.js'

/** The default portal first; `url`: its address of its own, where it has one (E06). */
export async function portalDoors(db: Knex): Promise<{ name: string; path: string; url: string | undefined }[]> {
  const portals = [...(await configuration(db)).portals.values()].filter((portal) => portal.isActive)
  return portals
    .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault))
    .map((portal) => ({
      name: portal.name,
      path: `${baseOf(portal)}/`,
      url: portal.customUrl === undefined ? undefined : `${portal.customUrl}/`
    }))
}
