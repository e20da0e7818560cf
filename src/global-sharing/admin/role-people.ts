/** The people of a role on its page: who is in it, whom a search offers, giving the role and taking it away (S02). */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { ChangedMeanwhile } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import type { StaffName } from '../../host/host.js'
import { readForm } from '../../web/forms.js'
import { stage } from '../draft.js'
import { named, type Model } from '../model.js'
import { roleOf, withRolesOf } from '../people.js'
import { roleLabels } from '../roles.js'
import { found, offeredAtOnce, searchIn, wordsOf } from './candidates.js'
import { sharingUrl } from './frame.js'

const giveForm = z.strictObject({
  person: z.array(z.string().max(80)).max(offeredAtOnce)
})
const takeForm = z.strictObject({ person: z.string().max(36) })

export interface PeopleOfRole {
  readonly inIt: readonly { readonly id: string; readonly name: string; readonly isActive: boolean }[]
  readonly count: number
  readonly query: string
  readonly offered: readonly {
    readonly value: string
    readonly name: string
    /** The role he has now. */
    readonly role: string | undefined
  }[]
  readonly more: number
}

/** So many of its people stand on a role's page; all of them on the people's page. */
const shown = 20

export function peopleOfRole(model: Model, people: readonly StaffName[], req: Request): PeopleOfRole {
  const role = String(req.params['role'])
  const labels = roleLabels(model)
  const inIt = people.filter(({ id }) => roleOf(model, id) === role)
  const others = people.filter(({ id, isActive }) => isActive && roleOf(model, id) !== role)
  const query = searchIn(req)
  const { offered, more } = found(others, query, wordsOf)
  return {
    inIt: inIt.slice(0, shown),
    count: inIt.length,
    query,
    offered: offered.map((person) => ({
      value: asShown(model, person.id),
      name: person.name,
      role: labels.get(roleOf(model, person.id) ?? '')
    })),
    more
  }
}

export async function givePage(context: Context, req: Request, res: Response): Promise<void> {
  const role = String(req.params['role'])
  const { person: ticked } = readForm(giveForm, req.body)
  if (ticked.length === 0) throw new Invalid({ person: { key: 'organization:problem.nobodyTicked' } })
  const given = new Map(ticked.map((word): [string, string] => [word.slice(word.indexOf(' ') + 1), role]))
  await giveRoles(context, req, given, (model) => {
    for (const [id] of given) if (!ticked.includes(asShown(model, id))) throw new ChangedMeanwhile()
  })
  res.redirect(303, `${sharingUrl(res, 'roles', role)}?saved=1`)
}

export async function takeOutPage(context: Context, req: Request, res: Response): Promise<void> {
  const role = String(req.params['role'])
  const { person } = readForm(takeForm, req.body)
  await giveRoles(context, req, new Map([[person, null]]), (model) => {
    if (named(model.people, person) !== role) throw new ChangedMeanwhile()
  })
  res.redirect(303, `${sharingUrl(res, 'roles', role)}?saved=1`)
}

/** Stages roles for people the CRM has; `check` refuses what is no longer as it was shown. */
export async function giveRoles(
  context: Context,
  req: Request,
  given: ReadonlyMap<string, string | null>,
  check: (model: Model) => void
): Promise<void> {
  const people = new Set((await context.host.people()).map(({ id }) => id))
  const known = new Map([...given].filter(([id, role]) => role === null || people.has(id)))
  await stage(context, req.staff, {
    action: 'sharing.people-changed',
    subject: 'sharing:people',
    part: (model) => rolesOf(model, known),
    change(model) {
      check(model)
      return withRolesOf(model, known)
    }
  })
}

/** Of those who are given one, the roles they have. */
function rolesOf({ people }: Model, given: ReadonlyMap<string, unknown>): Model['people'] {
  return Object.fromEntries(Object.entries(people).filter(([id]) => given.has(id)))
}

/** Somebody and the role he was shown with: his box is about that state. */
function asShown(model: Model, id: string): string {
  return `${named(model.people, id) ?? ''} ${id}`
}
