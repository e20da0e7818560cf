/** The list of responsibilities, of which members of projects have some (T03): added to, renamed, ordered and retired in one form. */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { heldAmong, mostResponsibilities, responsibilities, saveResponsibilities } from '../responsibilities.js'
import { doneIn, guestsUrl, sectionPage } from './frame.js'
import { responsibilityChanges } from './told-changes.js'

export function responsibilityPages(router: PermittedRouter, context: Context): void {
  const { portals } = needs
  router.get('/settings/responsibilities', portals, (req, res) => show(context, req, res))
  router.post('/settings/responsibilities', portals, save(context))
}

interface Entry {
  /** '' for one that is to be added. */
  readonly id: string
  readonly label: string
  readonly isOffered: boolean
}

async function show(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { revision, entries } = await responsibilities(context.db)
  const held = await heldAmong(
    context.db,
    entries.map(({ id }) => id)
  )
  const shown = again ? typedEntries(again) : [...entries, { id: '', label: '', isOffered: true }]
  const locals = {
    revision: again?.typed['revision'] ?? revision,
    entries: shown.map((entry) => ({ ...entry, isHeld: held.has(entry.id) })),
    action: guestsUrl(res, 'settings', 'responsibilities'),
    changes: await responsibilityChanges(context, req, 'external-users:responsibilities'),
    done: doneIn(req, ['saved'])
  }
  await sectionPage(context, req, res, { section: 'responsibilities', view: 'responsibilities', locals, again })
}

function typedEntries({ typed }: Again): Entry[] {
  const list = (name: string): string[] => [typed[name] ?? []].flat()
  return entriesOf({ id: list('id'), label: list('label'), offered: list('offered') })
}

const texts = z.array(z.string().trim().max(100)).max(mostResponsibilities + 1)
const form = z.strictObject({
  revision: wholeNumber,
  id: texts,
  label: texts,
  /** Places in the list. */
  offered: texts,
  /** `up-2`, `down-2`, `remove-2`. */
  act: z
    .string()
    .regex(/^(up|down|remove)-\d{1,3}$/)
    .optional()
})

function entriesOf({
  id: ids,
  label: labels,
  offered
}: Record<'id' | 'label' | 'offered', readonly string[]>): Entry[] {
  return ids.map((id, place) => ({ id, label: labels[place] ?? '', isOffered: offered.includes(String(place)) }))
}

/** Each button saves the list with what was typed; one at an entry moves or removes it besides. */
function save(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision, act, ...typed } = readForm(form, req.body)
        const entries = acted(entriesOf(typed), act).filter(({ id, label }) => id !== '' || label !== '')
        if (entries.some(({ label }) => label === '')) throw new Invalid({ label: { key: 'errors.field.required' } })
        const wanted = entries.map(({ id, label, isOffered }) => ({ id: id || undefined, label, isOffered }))
        await saveResponsibilities(context, req.staff, revision, wanted)
        res.redirect(303, `${guestsUrl(res, 'settings', 'responsibilities')}?done=saved`)
      },
      (again) => show(context, req, res, again)
    )
}

function acted(entries: readonly Entry[], act: string | undefined): Entry[] {
  const [kind, place = ''] = act?.split('-') ?? []
  const at = Number(place)
  const entry = entries[at]
  if (kind === undefined || !entry) return [...entries]
  const others = entries.toSpliced(at, 1)
  if (kind === 'remove') return others
  return others.toSpliced(Math.max(0, kind === 'up' ? at - 1 : at + 1), 0, entry)
}
