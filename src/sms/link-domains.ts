/** Which domains links in text messages may lead to: a list, as networks ask for one (Z18). */
import type { Knex } from 'knex'
import { z } from 'zod'
import { settingNamed, saveSetting } from '../audit/settings.js'
import type { Config } from '../config.js'
import type { Context } from '../context.js'
import { Invalid } from '../errors.js'
import type { Staff } from '../host/host.js'

export interface LinkDomains {
  /** Host names in lower case; what lies below one of them counts too. */
  readonly domains: readonly string[]
  /** 0: never saved. */
  readonly revision: number
}

type Configured = Pick<Config, 'publicUrl'>

const settingName = 'sms'
const stored = z.object({ linkDomains: z.array(z.string()) })
const mostDomains = 50

/** The list in force: until one is saved, the domain of our own links. What can't be read is an empty list. */
export async function linkDomains(db: Knex, config: Configured): Promise<LinkDomains> {
  const { value, revision } = await settingNamed(db, settingName)
  if (revision === 0) return { domains: [ownDomain(config)], revision }
  return { domains: stored.safeParse(value).data?.linkDomains ?? [], revision }
}

/** Where the links of invitations and new passwords lead. */
export function ownDomain({ publicUrl }: Configured): string {
  return new URL(publicUrl).hostname
}

/** Saves the list. @throws Invalid for what is no domain, and without that of our own links; ChangedMeanwhile. */
export async function saveLinkDomains(context: Context, form: LinkDomains, by: Staff): Promise<void> {
  const domains = [...new Set(form.domains.map((domain) => domain.trim().toLowerCase()))].filter(Boolean)
  const wrong = domains.find((domain) => !isDomain(domain))
  if (wrong !== undefined) throw problem('domain', { domain: wrong })
  if (domains.length > mostDomains) throw problem('domainsMany', { max: mostDomains })
  const own = ownDomain(context.config)
  if (!isCovered(own, domains)) throw problem('ownDomain', { domain: own })
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
  return URL.canParse(address) ? new URL(address).hostname || word : word
}

function isDomain(domain: string): boolean {
  return domain.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(domain)
}

function problem(word: string, args: Record<string, string | number>): Invalid {
  return new Invalid({ domains: { key: `sms:problem.${word}`, args } })
}
