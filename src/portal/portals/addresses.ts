/** Every address under which a portal answers, and what each of them does (E05, E06). */
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import type { Configuration, Portal } from '../configuration.js'
import { asTyped } from './custom-url.js'
import { baseOf, portalUrl } from './portals.js'

/** `custom`: its custom URL; `written`: the same as certificates and web servers write it; `name` and `id`: below the public address; `short`:
 *  that of the default portal; `old`: a name it had. */
export type AddressKind = 'custom' | 'written' | 'name' | 'id' | 'short' | 'old'

export interface PortalAddress {
  readonly kind: AddressKind
  readonly url: string
  /** Where it leads; undefined: pages stand at it. */
  readonly leadsTo?: string
  /** How long it still leads there, in UTC. */
  readonly until?: string
}

/** What people are told to type, in the letters that they type. */
export function shownUrl(context: Pick<Context, 'config'>, portal: Pick<Portal, 'slug' | 'customUrl'>): string {
  return asTyped(portalUrl(context, portal))
}

/** The one that people are told first. */
export function addressesOf(context: Context, all: Configuration, portal: Portal): PortalAddress[] {
  const { publicUrl } = context.config
  const name = publicUrl + baseOf(portal)
  return [
    ...customAddresses(portal),
    { kind: 'name', url: name },
    ...(portal.isDefault ? [{ kind: 'short', url: `${publicUrl}/portal`, leadsTo: name } as const] : []),
    { kind: 'id', url: `${publicUrl}/portal/${portal.id}`, leadsTo: name },
    ...oldAddresses(context, all, portal).map(
      ({ slug, until }) => ({ kind: 'old', url: publicUrl + baseOf({ slug }), leadsTo: name, until }) as const
    )
  ]
}

function customAddresses({ customUrl }: Portal): PortalAddress[] {
  if (customUrl === undefined) return []
  const typed = asTyped(customUrl)
  return [
    { kind: 'custom', url: typed },
    ...(typed === customUrl ? [] : [{ kind: 'written', url: customUrl } as const])
  ]
}

function oldAddresses(context: Context, all: Configuration, { id }: Portal): { slug: string; until: string }[] {
  const now = momentAt(context.now())
  return [...all.oldAddresses]
    .filter(([, old]) => old.portalId === id && old.until > now)
    .map(([slug, { until }]) => ({ slug, until }))
}
