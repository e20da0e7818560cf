/** Which domains links in text messages may lead to: a list, as networks ask for one (Z18). */
import type { Knex } from 'knex'
import { z } from 'zod'
import { settingNamed, saveSetting } from '../audit/settings.js'
import type { Config } from '../config.js'
import type { Context } from '../context.js'
import { Invalid } from '../errors.js'
import type { Staff } from '../host/host.js'
import type { OtherSites } from '../web/mount.js'
import { isUrl } from '../url.js'

export interface LinkDomains {
  /** Host names in lower case; what lies below one of them counts too. */
  readonly domains: readonly string[]
  /** 0: never saved. */
  readonly revision: number
}

/** What says where our own links lead. */
export interface LinkSource {
  readonly db: Knex
  readonly config: Pick<Config, 'publicUrl'>
  /** Addresses beside the public one. */
  readonly sites: OtherSites
}

const settingName = 'sms'
const stored = z.object({ linkDomains: z.array(z.string()) })
const mostDomains = 50

/** The list in force: until one is saved, the domains of our own links. A portal's custom URL is on it from the moment it is saved, so that
 *  invitations go on (E06). What can't be read is an empty list. */
export async function linkDomains(of: LinkSource): Promise<LinkDomains> {
  const [main, ...custom] = await ownDomains(of)
  const { value, revision } = await settingNamed(of.db, settingName)
  if (revision === 0) return { domains: [main, ...custom], revision }
  const saved = stored.safeParse(value).data?.linkDomains ?? []
  return { domains: [...saved, ...custom.filter((domain) => !isCovered(domain, saved))], revision }
}

/** Where the links of invitations and new passwords lead: the public address first, then those of portals of their own. */
export async function ownDomains({ config, sites }: LinkSource): Promise<[string, ...string[]]> {
  const main = new URL(config.publicUrl).hostname
  const custom = new Set((await sites()).map(({ hostname }) => hostname))
  custom.delete(main)
  return [main, ...custom]
}

/** Saves the list. @throws Invalid for what is no domain, and without that of our own links; ChangedMeanwhile. */
export async function saveLinkDomains(context: Context, form: LinkDomains, by: Staff): Promise<void> {
  const domains = [...new Set(form.domains.map((domain) => domain.trim().toLowerCase()))].filter(Boolean)
  const wrong = domains.find((domain) => !isDomain(domain))
  if (wrong !== undefined) throw problem('domain', { domain: wrong })
  if (domains.length > mostDomains) throw problem('domainsMany', { max: mostDomains })
  const missing = (await ownDomains(context)).find((own) => !isCovered(own, domains))
  if (missing !== undefined) throw problem('ownDomain', { domain: missing })
  await saveSetting(
    context,
    { name: settingName, revision: form.revision, value: { linkDomains: domains }, action: 'sms.link-domains' },
    by
  )
}

/** Domains in a text that are not on the list: of links, and of words that telephones make links of. */
export function strangeDomains(text: string, domains: readonly string[]): string[] {
  return [...new Set(domainsIn(text))].filter((domain) => !isCovered(domain, domains))
}

export function isCovered(domain: string, domains: readonly string[]): boolean {
  return domains.some((allowed) => domain === allowed || domain.endsWith(`.${allowed}`))
}

const name = /(?:[\p{L}\p{N}_-]+\.)+\p{L}{2,}/gu

function domainsIn(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .flatMap((word) => (word.includes('://') ? [hostOf(word)] : (word.match(name) ?? [])))
}

/** A link that can't be read leads to the whole word, which is on no list. */
function hostOf(word: string): string {
  const address = word.slice(word.search(/[a-z][a-z0-9+.-]*:\/\//))
  return isUrl(address) ? new URL(address).hostname || word : word
}

function isDomain(domain: string): boolean {
  const isIpv6 = /^\[[0-9a-f:.]+\]$/.test(domain)
  return (
    isIpv6 || (domain.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(domain))
  )
}

function problem(word: string, args: Record<string, string | number>): Invalid {
  return new Invalid({ domains: { key: `sms:problem.${word}`, args } })
}
