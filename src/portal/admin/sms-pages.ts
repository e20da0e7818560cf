/** Administrators' pages of text messages: their texts, which of them are approved, and where their links may lead (Z18). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { locales } from '../../host/catalog.js'
import { line, readForm, wholeNumber } from '../../web/forms.js'
import { languageChoices } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { codeMinutes, smsKinds } from '../../sms/kinds.js'
import { linkDomains, ownDomains, saveLinkDomains } from '../../sms/link-domains.js'
import { segmentsOf, type Segments } from '../../sms/segments.js'
import {
  approveDraft,
  defaultText,
  longestText,
  phoneTypesAreOpen,
  saveDraft,
  smsFields,
  smsTemplates,
  subjectOfTemplate,
  textProblem,
  written,
  type SeenTemplate,
  type SmsTemplate
} from '../../sms/templates.js'
import { configuration } from '../configuration.js'
import { portalUrl } from '../portals/portals.js'
import { changesOf } from './changes.js'
import { adminUrl } from './frame.js'

const domainsForm = z.strictObject({ revision: wholeNumber, domains: z.string().max(5000) })
const textForm = z.strictObject({ revision: wholeNumber, text: z.string().max(5000) })
const approvalForm = z.strictObject({ revision: wholeNumber, reference: line(100) })

export function textMessagesPage(context: Context): RequestHandler {
  return async (req, res) => showAll(context, req, res)
}

export function saveLinkDomainsPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision, domains } = readForm(domainsForm, req.body)
        await saveLinkDomains(context, { revision, domains: domains.split(/[\s,;]+/) }, req.staff)
        res.redirect(303, `${adminUrl(res, 'text-messages')}?saved=1`)
      },
      (again) => showAll(context, req, res, again)
    )
}

export function textMessagePage(context: Context): RequestHandler {
  return async (req, res) => showOne(context, req, res)
}

export function saveTextMessagePage(context: Context): RequestHandler {
  return onTemplate(context, 'saved', async (seen, req) => {
    const { revision, text } = readForm(textForm, req.body)
    await saveDraft(context, { ...seen, revision }, text, req.staff)
  })
}

export function approveTextMessagePage(context: Context): RequestHandler {
  return onTemplate(context, 'approved', async (seen, req) => {
    const { revision, reference } = readForm(approvalForm, req.body)
    await approveDraft(context, { ...seen, revision }, reference, req.staff)
  })
}

/** Back to the text that Portico comes with; as a draft, like any other change. */
export function resetTextMessagePage(context: Context): RequestHandler {
  return onTemplate(context, 'saved', async (seen, req) => {
    const { revision } = readForm(z.strictObject({ revision: wholeNumber }), req.body)
    await saveDraft(context, { ...seen, revision }, defaultText(seen.kind, seen.language), req.staff)
  })
}

function onTemplate(
  context: Context,
  done: 'saved' | 'approved',
  act: (seen: Omit<SeenTemplate, 'revision'>, req: Request) => Promise<void>
): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { kind, language } = placeIn(req)
        await act({ kind, language }, req)
        res.redirect(303, `${adminUrl(res, 'text-messages', kind, language)}?done=${done}`)
      },
      (again) => showOne(context, req, res, again)
    )
}

/** @throws NotFound */
function placeIn({ params }: Request): Omit<SeenTemplate, 'revision'> {
  const kind = smsKinds.find((word) => word === params['kind'])
  const language = locales.find((word) => word === params['language'])
  if (!kind || !language) throw new NotFound()
  return { kind, language }
}

async function showAll(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const templates = await smsTemplates(context.db)
  const { domains, revision } = await linkDomains(context)
  await page(
    res,
    'portal-admin/text-messages',
    {
      rows: await Promise.all(templates.map((template) => rowOf(context, res, template))),
      isOpen: await phoneTypesAreOpen(context),
      hasGateway: context.sms.hasGateway,
      form: {
        values: { domains: domains.join('\n'), ...again?.typed },
        errors: again?.errors ?? {},
        revision,
        action: adminUrl(res, 'text-messages', 'domains')
      },
      ownDomains: (await ownDomains(context)).join(', '),
      notice: again?.notice,
      saved: req.query['saved'] === '1',
      changes: await changesOf(
        context,
        req,
        'setting:sms',
        ...templates.map((one) => subjectOfTemplate(one.kind, one.language))
      ),
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}

type TemplateState = 'approved' | 'waiting' | 'blocked' | 'none'

async function rowOf(context: Context, res: Response, template: SmsTemplate): Promise<Record<string, unknown>> {
  const { kind, language, approved } = template
  return {
    kind,
    language: languageNames.get(language),
    state: await stateOf(context, template),
    approved,
    url: adminUrl(res, 'text-messages', kind, language)
  }
}

const languageNames = new Map<string, string>(languageChoices.map(({ value, label }) => [value, label]))

/** `waiting`: an older text is sent until the draft is approved; `blocked`: the approved text may not be sent any more. */
async function stateOf(context: Context, { kind, draft, approved }: SmsTemplate): Promise<TemplateState> {
  if (!approved) return 'none'
  if (await textProblem(context, kind, approved.text)) return 'blocked'
  return approved.text === draft ? 'approved' : 'waiting'
}

async function showOne(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { kind, language } = placeIn(req)
  const template = (await smsTemplates(context.db)).find((one) => one.kind === kind && one.language === language)
  if (!template) throw new NotFound()
  const url = adminUrl(res, 'text-messages', kind, language)
  const { draft, approved, revision } = template
  await page(
    res,
    'portal-admin/text-message',
    {
      template: {
        kind,
        language: languageNames.get(language),
        lang: language,
        draft,
        approved,
        revision,
        state: await stateOf(context, template),
        isDefault: draft === defaultText(kind, language)
      },
      form: {
        values: { text: draft, reference: '', ...again?.typed },
        errors: again?.errors ?? {},
        fields: smsFields[kind],
        longest: longestText,
        urls: { save: url, approval: `${url}/approval`, reset: `${url}/reset` }
      },
      sample: await sampleOf(context, req, template),
      hasGateway: context.sms.hasGateway,
      notice: again?.notice,
      done: doneWords.find((word) => word === req.query['done']),
      changes: await changesOf(context, req, subjectOfTemplate(kind, language)),
      listUrl: adminUrl(res),
      textsUrl: adminUrl(res, 'text-messages')
    },
    { status: again?.status }
  )
}

const doneWords = ['saved', 'approved'] as const

/** The draft as it would come to the reader of this page. */
async function sampleOf(
  context: Context,
  req: Request,
  { kind, language, draft }: SmsTemplate
): Promise<{ text: string; segments: Segments }> {
  const portals = [...(await configuration(context.db)).portals.values()]
  const portal = portals.find(({ isDefault }) => isDefault) ?? portals[0]
  const path = kind === 'invitation' ? 'invitation' : 'reset'
  const text = written(draft, language, {
    name: req.staff.name,
    portal: portal?.name ?? context.config.company.name,
    link: `${portal ? portalUrl(context, portal) : context.config.publicUrl}/${path}/${'x'.repeat(tokenLength)}`,
    code: '123456',
    days: context.config.invitationDays,
    minutes: kind === 'password-reset' ? 60 : codeMinutes
  })
  return { text, segments: segmentsOf(text) }
}

/** Of a one-time link. */
const tokenLength = 43
