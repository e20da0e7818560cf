/** The mail by which a portal user is told what happened: in his language, with a link to each record. */
import { join } from 'node:path'
import ejs from 'ejs'
import type { Context } from '../../context.js'
import type { Person } from '../../access/viewer.js'
import type { Message } from '../../mail/mail.js'
import { translator, type Translate } from '../../web/locale.js'
import { projectFolder } from '../../web/project-folder.js'
import type { Portal } from '../configuration.js'
import { addressOf } from '../module-address.js'
import { subjectOf } from '../people/portal-users.js'
import { portalUrl } from '../portals/portals.js'
import type { Happened, NewsOfRecord } from './news.js'
import type { Unsubscribed } from './unsubscribe-token.js'
import { unsubscribeToken } from './unsubscribe-token.js'

export interface NotificationOrder {
  readonly person: Person
  /** Where the person gets mail: the address that was proven. */
  readonly address: string
  readonly portal: Portal
  /** Something at least. */
  readonly news: readonly NewsOfRecord[]
}

/** In one mail; the rest is counted. */
const mostRecords = 20
/** In characters, of a note; the whole of it is read in the portal. */
const longestExcerpt = 400
const longestTitle = 80

const folder = projectFolder('views/mail')

export async function notificationMail(context: Context, order: NotificationOrder): Promise<Message> {
  const { person, portal, news } = order
  const t = translator(person.locale)
  const unsubscribe = unsubscribeUrl(context, person.id, aboutIn(news))
  const items = news.slice(0, mostRecords).map((one) => itemOf(context, order, one))
  const subject = subjectLine(t, order)
  const locals = {
    locale: person.locale,
    subject,
    greeting: t('notifications:mail.greeting', { name: person.name }),
    items,
    more: news.length > items.length ? t('notifications:mail.more', { count: news.length - items.length }) : undefined,
    why: t('notifications:mail.why', { door: portal.name }),
    choose: { label: t('notifications:mail.choose'), url: `${portalUrl(context, portal)}/notifications` },
    unsubscribe: { label: t('notifications:mail.unsubscribe'), url: unsubscribe }
  }
  const html = await ejs.renderFile(join(folder, 'notification-mail.ejs'), locals, { cache: true })
  const text = await ejs.renderFile(join(folder, 'notification-text.ejs'), locals, { cache: true, escape: String })
  const to = { name: person.name, address: order.address }
  return { to, subject, html, text, about: subjectOf(person), kind: 'notification', unsubscribe }
}

function unsubscribeUrl({ config }: Pick<Context, 'config'>, portalUserId: string, from: Unsubscribed): string {
  return `${config.publicUrl}/portico/unsubscribe/${unsubscribeToken(config, { portalUserId, from })}`
}

/** The kind, where the mail is about one; whoever has enough of several is told of none any more. */
function aboutIn(news: readonly NewsOfRecord[]): Unsubscribed {
  const [first, ...others] = new Set(news.flatMap(({ happened }) => happened.map(({ kind }) => kind)))
  return first !== undefined && others.length === 0 ? first : 'all'
}

function subjectLine(t: Translate, { portal, news }: NotificationOrder): string {
  const door = portal.name
  const [only, ...others] = news
  if (!only || others.length > 0) return inOneLine(t('notifications:mail.subject.many', { door, count: news.length }))
  const kind = aboutIn(news)
  const title = titleOf(t, only)
  return inOneLine(t(`notifications:mail.subject.${kind === 'all' ? 'changed' : kind}`, { door, title }))
}

/** A title is somebody's typing: in a header it is one line without anything that a mail program obeys. */
function inOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

function titleOf(t: Translate, { record }: NewsOfRecord): string {
  const title = inOneLine(record.title) || t('portal:list.untitled', { module: record.module.label })
  return shortened(title, longestTitle)
}

interface Item {
  readonly title: string
  readonly module: string
  readonly url: string
  readonly lines: readonly { readonly text: string; readonly quote: string | undefined }[]
}

function itemOf(context: Context, { person, portal }: NotificationOrder, news: NewsOfRecord): Item {
  const t = translator(person.locale)
  const { module, id } = news.record
  return {
    title: titleOf(t, news),
    module: module.label,
    url: [portalUrl(context, portal), addressOf(module.name), encodeURIComponent(id)].join('/'),
    lines: news.happened.map((one) => lineOf(t, one))
  }
}

function lineOf(t: Translate, happened: Happened): Item['lines'][number] {
  switch (happened.kind) {
    case 'new':
      return { text: t('notifications:mail.new'), quote: undefined }
    case 'changed':
      return { text: t('notifications:mail.changed', { fields: happened.fields.join(', ') }), quote: undefined }
    case 'answered': {
      const { author, text, files } = happened
      const key = files > 0 ? 'notifications:mail.answeredWithFiles' : 'notifications:mail.answered'
      return { text: t(key, { author, count: files }), quote: shortened(text.trim(), longestExcerpt) || undefined }
    }
  }
}

function shortened(text: string, longest: number): string {
  const letters = [...text]
  return letters.length > longest ? `${letters.slice(0, longest).join('').trimEnd()} …` : text
}
