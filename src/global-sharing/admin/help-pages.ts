/** Written help for an administrator who knows berliCRM, crm-now or vtiger: each of its terms, its worked examples step by step, and
 *  what is different here (S10, S11). The texts are whole paragraphs in `sharing-help.json`. */
import { Router, type Request, type Response } from 'express'
import type { Context } from '../../context.js'
import type { Translate } from '../../web/locale.js'
import { sectionUrl, sharingPage, type Section } from './frame.js'

export function helpPages(context: Context): Router {
  const router = Router()
  router.get('/', (req, res) => showHelp(context, req, res))
  return router
}

/** The term as the source has it, our text about it, and the page where it is set. */
const terms: readonly { readonly id: string; readonly term: string; readonly section: Section }[] = [
  { id: 'profiles', term: 'Profile', section: 'profiles' },
  { id: 'privileges', term: 'Übergeordnete Nutzerprivilegien: Alle ansehen, Alle bearbeiten', section: 'profiles' },
  { id: 'roles', term: 'Rollen', section: 'roles' },
  { id: 'groups', term: 'Gruppen', section: 'groups' },
  { id: 'sharing', term: 'Globale Rechtevergabe', section: 'defaults' },
  { id: 'defaults', term: 'Globale Zugangsregeln', section: 'defaults' },
  { id: 'private', term: 'Privat', section: 'defaults' },
  { id: 'publicRead', term: 'Öffentlich: Nur Lesen', section: 'defaults' },
  { id: 'publicEdit', term: 'Öffentlich: Lesen, Erstellen/Bearbeiten', section: 'defaults' },
  { id: 'publicDelete', term: 'Öffentlich: Lesen, Erstellen/Bearbeiten, Löschen', section: 'defaults' },
  { id: 'rules', term: 'Benutzerdefinierte Zugangsregeln', section: 'rules' },
  { id: 'recalculate', term: '[Berechnen]', section: 'recalculation' }
]

/** Each example: its aims and its steps, each at the page where it is done. */
const examples: readonly {
  readonly id: string
  readonly aims: number
  readonly steps: readonly { readonly id: string; readonly section: Section }[]
}[] = [
  {
    id: 'simple',
    aims: 4,
    steps: [
      { id: 'profile', section: 'profiles' },
      { id: 'assistant', section: 'profiles' },
      { id: 'roles', section: 'roles' },
      { id: 'people', section: 'people' },
      { id: 'default', section: 'defaults' },
      { id: 'apply', section: 'recalculation' }
    ]
  },
  {
    id: 'group',
    aims: 4,
    steps: [
      { id: 'profile', section: 'profiles' },
      { id: 'roles', section: 'roles' },
      { id: 'option1', section: 'groups' },
      { id: 'option2', section: 'groups' },
      { id: 'option3', section: 'groups' },
      { id: 'owner', section: 'groups' },
      { id: 'default', section: 'defaults' },
      { id: 'apply', section: 'recalculation' }
    ]
  },
  {
    id: 'public',
    aims: 4,
    steps: [
      { id: 'profile', section: 'profiles' },
      { id: 'assistant', section: 'profiles' },
      { id: 'roles', section: 'roles' },
      { id: 'default', section: 'defaults' },
      { id: 'apply', section: 'recalculation' }
    ]
  }
]

/** Chapters that are nothing but paragraphs, with how many there are. */
const order = 7
const differences = 8
const consequences = 5
const questions = 10

async function showHelp(context: Context, req: Request, res: Response): Promise<void> {
  const t = context.t(req.locale)
  const pageOf = (section: Section): { label: string; url: string } => ({
    label: t(`sharing:section.${section}`),
    url: sectionUrl(res, section)
  })
  const locals = {
    terms: terms.map(({ id, term, section }) => ({
      term,
      text: t(`sharing-help:term.${id}`),
      page: pageOf(section)
    })),
    order: numbered(t, 'order', order),
    examples: examples.map(({ id, aims, steps }) => ({
      id,
      title: t(`sharing-help:${id}.title`),
      aims: numbered(t, `${id}.aim`, aims),
      steps: steps.map((step) => ({ text: t(`sharing-help:${id}.${step.id}`), page: pageOf(step.section) })),
      outcome: t(`sharing-help:${id}.outcome`)
    })),
    differences: numbered(t, 'different', differences),
    consequences: numbered(t, 'follows', consequences),
    questions: Array.from({ length: questions }, (_, index) => ({
      question: t(`sharing-help:faq.question${index + 1}`),
      answer: t(`sharing-help:faq.answer${index + 1}`)
    })),
    answersPage: pageOf('answers')
  }
  await sharingPage(context, req, res, { section: 'help', view: 'help', locals })
}

function numbered(t: Translate, place: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => t(`sharing-help:${place}${index + 1}`))
}
