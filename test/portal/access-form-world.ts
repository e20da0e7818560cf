/** A released form of the demo portal's customers, and visitors who fill it in. */
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { staff } from '../../demo/cast.js'
import type { Staff } from '../../src/host/host.js'
import {
  accessFormById,
  createAccessForm,
  releaseAccessForm,
  type AccessForm,
  type AccessFormDraft
} from '../../src/portal/forms/access-forms.js'
import { approveByItself } from '../../src/portal/forms/decision.js'
import { requestById, type FormRequest } from '../../src/portal/forms/requests.js'
import type { TestApp } from '../support/app.js'
import type { Visitor } from '../support/visitor.js'
import { admin, door, theUserType } from './people.js'

export const draft: AccessFormDraft = {
  name: 'Customers',
  slug: 'customers',
  needsApproval: true,
  fields: ['firstName', 'phone'],
  introductions: { en: 'Welcome to **Thermovia**.' }
}

export const formPath = `${door}/forms/${draft.slug}`
export const requestsPath = `${admin}/form-requests`

export async function staffNamed(test: TestApp, name: keyof typeof staff): Promise<Staff> {
  return (await test.embedded.host.staffById(staff[name].id))!
}

/** Gives its id. */
export async function releasedForm(test: TestApp, changes: Partial<AccessFormDraft> = {}): Promise<string> {
  const { context } = test.embedded.portico
  const irena = await staffNamed(test, 'irena')
  const id = await createAccessForm(context, (await theUserType(test)).id, { ...draft, ...changes }, irena)
  await releaseAccessForm(context, { id, revision: 1 }, irena)
  return id
}

export function formNow(test: TestApp, id: string): Promise<AccessForm> {
  return accessFormById(test.embedded.db, id)
}

/** Somebody reads the form before he sends it. */
export async function fillIn(test: TestApp, answers: Record<string, string>, path = formPath): Promise<Visitor> {
  const visitor = await test.visitor().open(path)
  test.wait(5000)
  return visitor.send('Send the request', { lastName: 'Newman', ...answers })
}

export interface SentMail {
  readonly subject: string
  readonly text: string
}

/** Mails are written after the answer: waits until so many went to the address. */
export async function mailsTo(test: TestApp, address: string, atLeast = 1): Promise<SentMail[]> {
  const read = (): Promise<SentMail[]> =>
    test.embedded
      .db('portico_mail')
      .select<SentMail[]>('subject', 'text')
      .where({ to_address: address.toLowerCase() })
      .orderBy('id')
  for (let tries = 0; tries < 100 && (await read()).length < atLeast; tries++) await setTimeout(10)
  return read()
}

/** Path of the page that confirms the address. */
export async function confirmationOf(test: TestApp, address: string, atLeast = 1): Promise<string> {
  const mail = (await mailsTo(test, address, atLeast)).at(-1)
  const link = /http:\/\/\S+\/confirmation\/\S+/.exec(mail?.text ?? '')?.[0]
  expect(link, `a link to confirm in ${mail?.text ?? 'no mail'}`).to.be.a('string')
  return new URL(link!).pathname
}

/** Asks and confirms; gives the request that waits. */
export async function asked(
  test: TestApp,
  answers: Record<string, string> & { readonly email: string },
  path = formPath
): Promise<FormRequest> {
  const before = await mailsTo(test, answers.email, 0)
  await fillIn(test, answers, path)
  const visitor = await test.visitor().open(await confirmationOf(test, answers.email, before.length + 1))
  await visitor.send('Confirm and send')
  return requestOf(test, answers.email)
}

export async function requestOf(test: TestApp, address: string): Promise<FormRequest> {
  const { db } = test.embedded
  const ids: string[] = await db('portico_form_requests')
    .where({ address: address.toLowerCase() })
    .orderBy(['created_at', 'id'])
    .pluck<string[]>('id')
  return requestById(db, ids.at(-1) ?? '')
}

/** What happens after the answer to a confirmation, once more: it must not do anything twice. */
export function byItself(test: TestApp, { id }: FormRequest): Promise<void> {
  return approveByItself(test.embedded.portico.context, id)
}

/** Ids of the contacts with this address. */
export function contactsWith(test: TestApp, email: string): Promise<string[]> {
  return test.embedded.db('crm_contact').where({ email }).pluck<string[]>('id')
}
