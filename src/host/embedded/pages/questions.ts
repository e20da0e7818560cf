/** What plugins ask staff before a record is changed or a lead converted (`record.questions`), as parts of the form that does it. */
import { createHash } from 'node:crypto'
import type { Request } from 'express'
import type { Typed } from '../../../web/forms.js'
import type { Doing, RecordQuestion } from '../../../hooks.js'
import type { Crm } from '../crm.js'

/** A question with the control of the form that holds its answer. */
export interface ShownQuestion extends RecordQuestion {
  readonly control: string
  /** What a question without choices is answered with by going on. */
  readonly stamp: string
  /** What was answered already, if that is an answer to this very question. */
  readonly answer: string | undefined
}

/** The questions about what this staff member is about to do, with the answers among `typed`. */
export async function questionsAbout(
  crm: Crm,
  req: Request,
  about: { module: string; id: string; doing: Doing },
  typed: Typed
): Promise<ShownQuestion[]> {
  const ask = { ...about, staff: req.desk.staff, locale: req.locale }
  const asked = (await Promise.all(crm.plugins.map((plugin) => plugin.recordQuestions(ask)))).flat()
  return asked.map((question) => shown(question, typed))
}

/** By going on, somebody answers the sentence he read: a question that says something else by now is asked again. */
function shown(question: RecordQuestion, typed: Typed): ShownQuestion {
  const control = `question.${question.name}`
  const stamp = createHash('sha256').update(question.text).digest('base64url').slice(0, 16)
  const answers = question.choices.length > 0 ? question.choices.map(({ value }) => value) : [stamp]
  const given = typed[control]
  const answer = typeof given === 'string' && answers.includes(given) ? given : undefined
  return { ...question, control, stamp, answer }
}

export function isAnswered({ answer }: ShownQuestion): boolean {
  return answer !== undefined
}

/** The choices that were made, by the questions' names, as they go along with the event. */
export function answersIn(questions: readonly ShownQuestion[]): Record<string, string> {
  const chosen = questions.filter(({ choices }) => choices.length > 0)
  return Object.fromEntries(chosen.flatMap(({ name, answer }) => (answer === undefined ? [] : [[name, answer]])))
}
