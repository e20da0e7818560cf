/** The preview of a template: a document of its own in a frame beside the form, in which nothing can run (Z17). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ejs from 'ejs'
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import type { FieldError } from '../../host/host.js'
import { translator } from '../../web/locale.js'
import { projectFolder } from '../../web/project-folder.js'
import { showAsDocument } from '../../web/security.js'
import type { UserType } from '../configuration.js'
import { templateAt, type Template, type TemplatePlace } from '../templates/mail-templates.js'
import { lineOf, type Person } from '../templates/sample-people.js'
import { mustBeGood } from '../templates/template-changes.js'
import { envelopeOf } from '../templates/template-sender.js'
import { tryOut } from '../templates/trial.js'
import { askedFor, personIn, templateIn } from './template-pages.js'

/** `GET`: the template that counts now. */
export function previewTemplatePage(context: Context): RequestHandler {
  return async (req, res) => {
    const { place, userType } = await askedFor(context, req)
    await showLetter(context, req, res, { place, userType, template: await templateAt(context.db, place) })
  }
}

/** `POST`: what stands in the form. Nothing is saved; what could not be saved says why. */
export function previewTypedPage(context: Context): RequestHandler {
  return async (req, res) => {
    const { place, userType } = await askedFor(context, req)
    try {
      const template = templateIn(req)
      await mustBeGood(context, place, template)
      await showLetter(context, req, res, { place, userType, template })
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      send(res, context.t(req.locale)('templates:preview.problems'), {
        problems: problemsIn(context, req, error.fields)
      })
    }
  }
}

interface Previewed {
  readonly place: TemplatePlace
  readonly userType: UserType
  readonly template: Template
}

async function showLetter(context: Context, req: Request, res: Response, shown: Previewed): Promise<void> {
  const person = await personIn(context, req, shown.userType)
  const { subject, text, html } = await tryOut(context, { ...shown, person, staff: req.staff })
  const body = /<body[^>]*>([\s\S]*)<\/body>/.exec(html)?.[1] ?? ''
  send(res, subject, { lines: linesOf(context, req, shown.template, person), text, body })
}

/** What mail programs show above a mail. */
function linesOf(
  context: Context,
  req: Request,
  template: Template,
  person: Person
): { name: string; value: string }[] {
  const t = context.t(req.locale)
  const { from, replyTo } = envelopeOf(context.config, template)
  const sender = from ? lineOf(from) : context.config.mailFrom
  return [
    { name: t('templates:preview.from'), value: sender },
    { name: t('templates:preview.to'), value: lineOf(person) },
    ...(replyTo === undefined ? [] : [{ name: t('templates:preview.replyTo'), value: replyTo }])
  ]
}

function problemsIn({ t }: Context, req: Request, fields: Readonly<Record<string, FieldError>>): string[] {
  const say = t(req.locale)
  return Object.entries(fields).map(([name, { key, args }]) => `${say(`templates:form.${name}`)}: ${say(key, args)}`)
}

const view = ejs.compile(readFileSync(join(projectFolder('views/mail'), 'preview-mail.ejs'), 'utf8'))

function send(res: Response, title: string, locals: Record<string, unknown>): void {
  const { locale } = res.req
  showAsDocument(res)
  const nothing = { lines: [], problems: [], text: '', body: '' }
  res.type('html').send(view({ ...nothing, t: translator(locale), locale, title, ...locals }))
}
