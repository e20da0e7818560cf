/** Signing in by phone number and a code that is sent to it, at doors that take numbers (Z18). */
import type { Request } from 'express'
import { z } from 'zod'
import { Invalid, NotFound } from '../errors.js'
import { readForm, submit, type ShownAgain } from '../web/forms.js'
import { page } from '../web/render.js'
import { codeMinutes } from '../sms/kinds.js'
import { shownNumber } from '../phone-number.js'
import type { Door } from './identity.js'
import type { DoorPage } from './pages.js'
import type { Parts } from './parts.js'
import { nobodyAt } from './sign-in-code.js'
import { letIn, pathBehind } from './letting-in.js'
import { addressOf, takesNumbers } from './sign-in-pages.js'
import { addressOrNumber, mustBeNumber } from './typed-address.js'

const to = z.string().optional()
const numberForm = z.strictObject({ number: addressOrNumber, to })
const codeForm = z.strictObject({
  number: addressOrNumber,
  code: z
    .string()
    .transform((typed) => typed.replace(/\s/g, ''))
    .pipe(z.string().min(1, 'errors.field.required').max(20)),
  to
})

type At = Parameters<DoorPage>[0]

export const showNumberForm: DoorPage = async (at) => {
  await mustTakeNumbers(at.door)
  await showNumber(at, { errors: {}, typed: { to: pathBehind(at.door, at.req.query.to) ?? '' } })
}

/** The answer is out before it is looked up whose number that is, so neither it nor its time tells (A30). */
export const sendCode: DoorPage = async (at) => {
  const { parts, req, door } = at
  await mustTakeNumbers(door)
  const act = async () => {
    const form = readForm(numberForm, req.body)
    const number = mustBeNumber('number', form.number, parts.config.phoneCountry)
    await countMessage(parts, req, number)
    await showCode(at, number, { errors: {}, typed: { to: form.to ?? '' } })
    await issueCode(parts, door, number)
  }
  await submit(req, act, (form) => showNumber(at, form))
}

/** Whoever has the number is not sent more than he can bear, and nobody gets more codes to guess at (A30, A35). @throws PorticoError (429) */
export async function countMessage(parts: Parts, req: Request, number: string): Promise<void> {
  const who = { account: number, address: addressOf(req) }
  await parts.attempts.count('text-message', who)
  await parts.attempts.count('texts-of-day', who)
}

/** A code is made for every number; a message goes only to who may come in here. */
async function issueCode(parts: Parts, door: Door, number: string): Promise<void> {
  const identity = await parts.profiles.findByAddress(number)
  const code = await parts.codes.issue({ id: identity?.id ?? nobodyAt(number), audience: door.audience })
  const person = identity && (await door.admit(identity.id))
  if (!identity || !person) return
  const write = await parts.approvedSms('verification', [identity.locale, door.locale])
  if (!write) return
  const text = write({ name: identity.name, portal: door.name, code, minutes: codeMinutes })
  await parts.sms.send({ to: identity.address, text, about: `${person.kind}:${person.id}`, kind: 'verification' })
}

/** One refusal for a wrong code, a dead one, and numbers that may not come in here (A30, A35). */
export const signInByCode: DoorPage = async (at) => {
  const { parts, req, door } = at
  await mustTakeNumbers(door)
  let number = ''
  const act = async () => {
    const form = readForm(codeForm, req.body)
    number = mustBeNumber('number', form.number, parts.config.phoneCountry)
    const who = { account: number, address: addressOf(req) }
    await parts.attempts.count('code', who)
    const identity = await parts.profiles.findByAddress(number)
    const isRight = await parts.codes.use({ id: identity?.id ?? nobodyAt(number), audience: door.audience }, form.code)
    const person = isRight && identity ? await door.admit(identity.id) : undefined
    if (!identity || !person) throw new Invalid({ code: { key: 'identity:problem.code' } })
    await parts.attempts.forgive('code', who)
    await letIn(at, identity, person, { by: 'code', isFactored: false, wanted: form.to })
  }
  await submit(req, act, (form) => (number === '' ? showNumber(at, form) : showCode(at, number, form)))
}

async function showNumber({ res, door }: At, form: ShownAgain): Promise<void> {
  await page(res, 'identity/code-number', { door, form }, { status: statusOf(form) })
}

async function showCode({ res, door }: At, number: string, form: ShownAgain): Promise<void> {
  const shown = shownNumber(number)
  await page(res, 'identity/code', { door, number, shown, minutes: codeMinutes, form }, { status: statusOf(form) })
}

function statusOf({ errors }: ShownAgain): number {
  return Object.keys(errors).length > 0 ? 422 : 200
}

async function mustTakeNumbers(door: Door): Promise<void> {
  if (!(await takesNumbers(door))) throw new NotFound()
}
