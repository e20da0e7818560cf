/** What is held about a person for data privacy's own sake: his consent, and what was asked for (Z29, Z30). */
import { linesOf, type Chapter, type Entry, type Holding } from './holding.js'
import { consentsOf, type Consent } from './consents.js'
import { processingOf } from './processing.js'
import { requestsAbout, shownState, type PrivacyRequest } from './requests.js'
import { momentAt } from '../../db/moment.js'

/** More than anybody gives or asks for. */
const most = 1000

export function aboutPrivacy(holding: Holding): Chapter[] {
  const { t } = holding
  return [
    { id: 'consents', title: t('privacy:archive.consents'), entries: () => consents(holding) },
    { id: 'requests', title: t('privacy:archive.requests'), entries: () => requests(holding) }
  ]
}

/** The basis of processing is told where it is consent; any other is the company's own judgement (Z29). */
async function* consents(holding: Holding): AsyncIterable<Entry> {
  const { context, subject } = holding
  const { basis } = await processingOf(context.db, subject)
  if (basis !== 'consent') return
  for (const consent of await consentsOf(context.db, subject, most)) yield consentEntry(holding, consent)
}

function consentEntry({ t, format }: Holding, consent: Consent): Entry {
  const { state, at, purposes, wording, byKind, how } = consent
  return {
    title: t(`privacy:consent.${state}At`, { at: format.datetime(at) }),
    lines: linesOf(t, {
      purposes: purposes.map(({ label }) => label).join(', '),
      wording,
      by: t(`privacy:archive.by.${byKind}`),
      how
    }),
    files: [],
    data: { state, at, purposes, wording, by: byKind, how }
  }
}

/** Those he made, and for himself those that were made about him. */
async function* requests(holding: Holding): AsyncIterable<Entry> {
  const { context, subject, requester } = holding
  const about = await requestsAbout(context.db, subject, most)
  const his = about.filter((one) => subject.isOneself || one.portalUserId === requester.id)
  for (const request of his) yield requestEntry(holding, request)
}

function requestEntry({ t, format, context }: Holding, request: PrivacyRequest): Entry {
  const { id, kind, words, createdAt, dueAt, decidedAt, answer } = request
  const state = shownState(request, momentAt(context.now()))
  return {
    title: `${t(`privacy:kind.${kind}`)} · ${format.datetime(createdAt)}`,
    lines: linesOf(t, { state: t(`privacy:state.${state}`), words, due: format.date(dueAt.slice(0, 10)), answer }),
    files: [],
    data: { id, kind, state, words, createdAt, dueAt, decidedAt, answer }
  }
}
