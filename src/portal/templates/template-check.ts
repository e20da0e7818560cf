/** What a template must be before it is saved: its fields are there, its link can be followed, and it is sent by the company (Z17). */
import type { Config } from '../../config.js'
import type { Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { unknownFields } from '../../messages/merge-fields.js'
import { formatted, hasFieldInAddress, hasLink } from './mail-format.js'
import type { Template, TemplateKind } from './mail-templates.js'
import { knownFields } from './letter-values.js'
import { isOwnAddress, senderDomains } from './template-sender.js'

export type TemplateForm = Omit<Template, 'revision'>

/** By the form's fields; empty when it can be saved. `module`: of the user type, where the CRM still has it. */
export function problemsIn(
  config: Pick<Config, 'mailFrom' | 'company'>,
  form: TemplateForm,
  { kind, module }: { kind: TemplateKind; module: Module | undefined }
): Record<string, FieldError> {
  const known = knownFields(kind, module)
  const inSubject = known.filter((name) => name !== 'link')
  const found = {
    subject: strangeIn(form.subject, inSubject),
    body: strangeIn(form.body, known) ?? faultOfBody(form.body, kind),
    senderAddress: faultOfSender(config, form.senderAddress)
  }
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, FieldError] => entry[1] !== undefined)
  )
}

function strangeIn(text: string, known: readonly string[]): FieldError | undefined {
  const strange = unknownFields(text, known)
  if (strange.length === 0) return undefined
  return { key: 'templates:problem.unknownFields', args: { fields: strange.map(inBraces).join(', ') } }
}

function inBraces(name: string): string {
  return /[{}]/.test(name) ? name : `{{${name}}}`
}

function faultOfBody(body: string, kind: TemplateKind): FieldError | undefined {
  if (hasFieldInAddress(body)) return { key: 'templates:problem.fieldInAddress' }
  return hasLink(formatted(body, 'link')) ? undefined : { key: `templates:problem.noLink.${kind}` }
}

function faultOfSender(config: Pick<Config, 'mailFrom' | 'company'>, address: string): FieldError | undefined {
  if (address === '' || isOwnAddress(config, address)) return undefined
  return { key: 'templates:problem.foreignSender', args: { domains: senderDomains(config).join(', ') } }
}
