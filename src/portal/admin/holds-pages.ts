/** The page on which administrators say which records wait for approval or review, so that nobody is invited for them yet (Z15). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import type { Module } from '../../host/catalog.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { holdKinds, type Hold, type HoldKind, type Holds } from '../user-types/holds.js'
import { fieldsThatHold, isGone, saveHolds } from '../user-types/save-holds.js'
import { frameOf, placeOf, typeUrl } from './set-up-frame.js'

const chosen = z.array(z.string().max(300)).max(200)
const holdsForm = z.strictObject({ revision: wholeNumber, approval: chosen, review: chosen })

export function holdsPage(context: Context): RequestHandler {
  return (req, res) => showHolds(context, req, res)
}

export function saveHoldsPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision, ...words } = readForm(holdsForm, req.body)
        const { userType } = await placeOf(context, req)
        await saveHolds(context, { id: userType.id, revision }, holdsIn(words), req.staff)
        res.redirect(303, `${typeUrl(res, userType.id)}?saved=1`)
      },
      (again) => showHolds(context, req, res, again)
    )
}

/** @throws Invalid when values of several fields are chosen */
function holdsIn(words: Readonly<Record<HoldKind, readonly string[]>>): Holds {
  const holds = holdKinds.flatMap((kind) => {
    const hold = holdOf(kind, words[kind])
    return hold ? [[kind, hold] as const] : []
  })
  return Object.fromEntries(holds)
}

function holdOf(kind: HoldKind, words: readonly string[]): Hold | undefined {
  const pairs = words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const)
  const [field, ...others] = new Set(pairs.map(([name]) => name))
  if (others.length > 0) throw new Invalid({ [kind]: { key: 'people:holds.oneField' } })
  return field === undefined ? undefined : { field, values: pairs.map(([, value]) => value) }
}

const wordOf = (field: string, value: string): string => `${field}=${value}`

async function showHolds(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const place = await placeOf(context, req)
  const module = place.catalog.modules.get(place.userType.primaryModule)
  const { holds } = place.userType
  await page(
    res,
    'portal-admin/user-type-holds',
    {
      ...frameOf(res, place),
      holds: holdKinds.map((kind) => ({
        kind,
        gone: holds[kind] && isGone(module, holds[kind]) ? holds[kind].field : undefined,
        values: again?.typed[kind] ?? holds[kind]?.values.map((value) => wordOf(holds[kind]!.field, value)) ?? [],
        options: optionsOf(context, req, module, holds[kind]),
        error: again?.errors[kind]
      })),
      action: `${typeUrl(res, place.userType.id)}/holds`,
      notice: again?.notice
    },
    { status: again?.status }
  )
}

/** What was chosen and is gone stays to be seen. */
function optionsOf(
  context: Context,
  req: Request,
  module: Module | undefined,
  hold: Hold | undefined
): { value: string; label: string }[] {
  const t = context.t(req.locale)
  const known = fieldsThatHold(module).flatMap(({ name, label, options }) =>
    options.map((one) => ({
      value: wordOf(name, one.value),
      label: t('people:holds.value', { field: label, value: one.label })
    }))
  )
  const gone = (hold?.values ?? []).map((value) => wordOf(hold!.field, value))
  return [
    ...known,
    ...gone.filter((word) => !known.some(({ value }) => value === word)).map((word) => ({ value: word, label: word }))
  ]
}
