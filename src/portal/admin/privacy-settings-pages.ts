/** The compliance switch and what belongs to it (Z29). */
import type { Request, RequestHandler, Response } from 'express'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import { locales } from '../../host/catalog.js'
import { checkbox, readForm, wholeNumber } from '../../web/forms.js'
import { languageChoices } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import {
  mostPurposes,
  privacySettings,
  savePrivacySettings,
  type PrivacySettings,
  type Purpose,
  type Texts
} from '../privacy/settings.js'
import { changesOf } from './changes.js'
import { adminUrl } from './frame.js'

const label = z
  .array(
    z
      .string()
      .trim()
      .max(200)
      .regex(/^[^\p{Cc}]*$/u, 'errors.field.characters')
  )
  .max(mostPurposes)
const wording = z.string().trim().max(5000).default('')
const form = z.strictObject({
  revision: wholeNumber,
  isOn: checkbox,
  days: z.coerce.number().int().min(1).max(90),
  officer: z.string().trim().max(500).default(''),
  wordingEn: wording,
  wordingDe: wording,
  wordingCs: wording,
  purposeId: z.array(z.string().max(36)).max(mostPurposes),
  purposeEn: label,
  purposeDe: label,
  purposeCs: label
})
type Form = z.infer<typeof form>

export function privacySettingsPage(context: Context): RequestHandler {
  return (req, res) => showSettings(context, req, res)
}

export function savePrivacySettingsPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const sent = readForm(form, req.body)
        await savePrivacySettings(context, sent.revision, settingsIn(sent), req.staff)
        res.redirect(303, `${adminUrl(res, 'privacy')}?saved=1`)
      },
      (again) => showSettings(context, req, res, again)
    )
}

/** @throws Invalid for compliance without a word on what people consent to. */
function settingsIn(sent: Form): PrivacySettings {
  const { isOn, days, officer } = sent
  const written = textsIn(sent.wordingEn, sent.wordingDe, sent.wordingCs)
  if (isOn && Object.keys(written).length === 0) throw new Invalid({ wordingEn: { key: 'errors.field.required' } })
  return { isOn, days, officer, wording: written, purposes: purposesIn(sent) }
}

/** A purpose without a name in any language is none. */
function purposesIn({ purposeId, purposeEn, purposeDe, purposeCs }: Form): Purpose[] {
  return purposeId
    .map((id, index) => ({
      id: id === '' ? randomUUID() : id,
      labels: textsIn(purposeEn[index], purposeDe[index], purposeCs[index])
    }))
    .filter(({ labels }) => Object.keys(labels).length > 0)
}

function textsIn(en = '', de = '', cs = ''): Texts {
  return Object.fromEntries(Object.entries({ en, de, cs }).filter(([, text]) => text !== ''))
}

async function showSettings(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const settings = await privacySettings(context.db)
  const typed = again && Object.keys(again.typed).length > 0 ? again.typed : undefined
  await page(
    res,
    'portal-admin/privacy-settings',
    {
      form: {
        action: adminUrl(res, 'privacy'),
        revision: settings.revision,
        errors: again?.errors ?? {},
        values: typed ? { ...typed, isOn: typed['isOn'] ?? '' } : valuesOf(settings),
        purposes: typed ? typedPurposes(typed) : rowsOf(settings.purposes),
        languages: locales.map((code) => ({
          suffix: `${code.charAt(0).toUpperCase()}${code.slice(1)}`,
          label: languageChoices.find((one) => one.value === code)?.label ?? code
        }))
      },
      isOn: settings.isOn,
      requestsUrl: adminUrl(res, 'privacy', 'requests'),
      listUrl: adminUrl(res),
      changes: await changesOf(context, req, 'setting:privacy'),
      saved: req.query['saved'] === '1',
      notice: again?.notice
    },
    { status: again?.status }
  )
}

function valuesOf({ isOn, days, officer, wording: written }: PrivacySettings): Record<string, string> {
  return {
    isOn: isOn ? 'true' : '',
    days: String(days),
    officer,
    wordingEn: written.en ?? '',
    wordingDe: written.de ?? '',
    wordingCs: written.cs ?? ''
  }
}

type PurposeRow = Readonly<Record<'id' | 'En' | 'De' | 'Cs', string>>

/** With two more to fill in, as long as there is room. */
function rowsOf(purposes: readonly Purpose[]): PurposeRow[] {
  const rows = purposes.map(({ id, labels: { en = '', de = '', cs = '' } }) => ({ id, En: en, De: de, Cs: cs }))
  const empty = { id: '', En: '', De: '', Cs: '' }
  return [...rows, empty, empty].slice(0, mostPurposes)
}

function typedPurposes(typed: Again['typed']): PurposeRow[] {
  const list = (name: string): readonly string[] => [typed[name] ?? []].flat()
  return list('purposeId').map((id, index) => ({
    id,
    En: list('purposeEn')[index] ?? '',
    De: list('purposeDe')[index] ?? '',
    Cs: list('purposeCs')[index] ?? ''
  }))
}
