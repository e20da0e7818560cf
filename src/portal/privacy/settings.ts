/** The compliance switch, and what a company says about data privacy: deadline, purposes of consent, wording, whom to ask (Z29). */
import type { Knex } from 'knex'
import { z } from 'zod'
import { saveSetting, settingNamed } from '../../audit/settings.js'
import type { Context } from '../../context.js'
import { locales, type Locale } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'

/** A text in those languages in which it was written. */
export type Texts = Readonly<Partial<Record<Locale, string>>>

/** What somebody may consent to by itself: a use of his data, a channel by which he is written to. */
export interface Purpose {
  readonly id: string
  readonly labels: Texts
}

export interface PrivacySettings {
  readonly isOn: boolean
  /** In which requests are to be answered. */
  readonly days: number
  readonly purposes: readonly Purpose[]
  /** Shown beside the consent, and kept with it. */
  readonly wording: Texts
  /** Name and address of the data protection officer, as people see it; '' for none. */
  readonly officer: string
}

export const mostPurposes = 8

const texts = z.partialRecord(z.enum(locales), z.string())
const stored = z.object({
  isOn: z.boolean(),
  days: z.number().int(),
  purposes: z.array(z.object({ id: z.string(), labels: texts })),
  wording: texts,
  officer: z.string()
})

const beforeAnySetting: PrivacySettings = { isOn: false, days: 30, purposes: [], wording: {}, officer: '' }
const name = 'privacy'

export async function privacySettings(db: Knex): Promise<PrivacySettings & { readonly revision: number }> {
  const { value, revision } = await settingNamed(db, name)
  return { ...(value === undefined ? beforeAnySetting : stored.parse(value)), revision }
}

/** @throws ChangedMeanwhile when somebody else saved first. */
export async function savePrivacySettings(
  context: Context,
  revision: number,
  value: PrivacySettings,
  by: Staff
): Promise<void> {
  await saveSetting(context, { name, revision, value, action: 'privacy.settings' }, by)
}

/** In the reader's language, or the first in which it was written. */
export function textIn(written: Texts, locale: Locale): string {
  return written[locale] ?? locales.map((one) => written[one]).find((text) => text !== undefined) ?? ''
}
