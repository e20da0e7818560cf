/** The members of a group on its page: those it names, whom a search offers, and the people that makes, each with the ways he comes in (S03). */
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import type { StaffName } from '../../host/host.js'
import { readForm } from '../../web/forms.js'
import { skipIn, skipLinks, type PageLinks } from '../../web/paging.js'
import { stage } from '../draft.js'
import { circleOf, groupIn, isSame, waysInto, withMembers, withoutMember, type Way } from '../groups.js'
import { named, type Member, type Model } from '../model.js'
import { organizationOf } from '../organization.js'
import { roleLabels } from '../roles.js'
import { found, searchIn, wordsOf } from './candidates.js'
import { sharingUrl } from './frame.js'
import type { Names } from './naming.js'

export interface MembersShown {
  readonly direct: readonly { readonly value: string; readonly label: string; readonly name: string }[]
  readonly query: string
  /** By kind: what a search offers. */
  readonly offered: readonly Offer[]
  /** Of those that match and are not offered. */
  readonly more: number
  readonly people: readonly { readonly name: string; readonly isActive: boolean; readonly ways: readonly string[] }[]
  readonly count: number
  readonly pages: PageLinks
}

interface Offer {
  readonly kind: Member['kind']
  readonly members: readonly { readonly value: string; readonly label: string }[]
}

const perPage = 50
/** So many of the ways somebody comes in are told. */
const waysTold = 3

export function membersShown(
  model: Model,
  people: readonly StaffName[],
  names: Names,
  req: Request,
  res: Response
): MembersShown {
  const id = String(req.params['group'])
  const { members } = groupIn(model, id)
  const effective = effectiveIn(model, people, names, id)
  const skip = skipIn(req)
  const here = sharingUrl(res, 'groups', id)
  return {
    direct: members.map((member) => ({ value: wordOf(member), label: names.of(member), name: names.bare(member) })),
    ...offersOf(model, people, names, { id, query: searchIn(req) }),
    people: effective.slice(skip, skip + perPage),
    count: effective.length,
    pages: skipLinks(req, { here, perPage, hasMore: effective.length > skip + perPage })
  }
}

function effectiveIn(
  model: Model,
  people: readonly StaffName[],
  names: Names,
  id: string
): { name: string; isActive: boolean; ways: string[] }[] {
  const ways = waysInto(model, id, organizationOf(model).peopleIn)
  return people.flatMap((person) => {
    const his = ways.get(person.id)
    return his
      ? [{ name: person.name, isActive: person.isActive, ways: his.slice(0, waysTold).map(textOf(names)) }]
      : []
  })
}

/** "group Team B › role Sales"; nothing for somebody who is a member himself. */
function textOf(names: Names): (way: Way) => string {
  return (way) =>
    way
      .filter(({ kind }) => kind !== 'user')
      .map(names.of)
      .join(' › ')
}

function offersOf(
  model: Model,
  people: readonly StaffName[],
  names: Names,
  { id, query }: { id: string; query: string }
): Pick<MembersShown, 'query' | 'offered' | 'more'> {
  const { members } = groupIn(model, id)
  const roles = [...roleLabels(model).keys()]
  const all: Readonly<Record<Member['kind'], readonly string[]>> = {
    user: people.filter(({ isActive }) => isActive).map((person) => person.id),
    role: roles,
    tree: roles,
    group: Object.keys(model.groups).filter((group) => !circleOf(model, id, group))
  }
  const userNames = new Map(people.map((person) => [person.id, wordsOf(person)]))
  const offers = kinds.map((kind) => {
    const free = all[kind]
      .map((one) => ({ kind, id: one }))
      .filter((member) => !members.some((one) => isSame(one, member)))
    const { offered, more } = found(
      free,
      query,
      (member) => (member.kind === 'user' && userNames.get(member.id)) || [names.bare(member)]
    )
    return { kind, more, members: offered.map((one) => ({ value: wordOf(one), label: names.bare(one) })) }
  })
  return {
    query,
    offered: offers.filter((offer) => offer.members.length > 0),
    /** Roles are offered in two ways and counted once. */
    more: offers.reduce((sum, { kind, more }) => sum + (kind === 'tree' ? 0 : more), 0)
  }
}

const kinds = ['user', 'role', 'tree', 'group'] as const

const addForm = z.strictObject({
  member: z.array(z.string().max(50)).max(100)
})
const takeForm = z.strictObject({ member: z.string().max(50) })

export async function addMembers(context: Context, req: Request, res: Response): Promise<void> {
  const { member: words } = readForm(addForm, req.body)
  if (words.length === 0) throw new Invalid({ member: { key: 'organization:problem.nothingTicked' } })
  const people = await context.host.people()
  const members = words.map(memberIn)
  if (members.some(({ kind, id }) => kind === 'user' && !people.some((person) => person.id === id)))
    throw new Invalid({ member: { key: 'organization:problem.memberGone' } })
  await stageMembers(context, req, (model, id) => withMembers(model, id, members))
  res.redirect(303, `${sharingUrl(res, 'groups', String(req.params['group']))}?saved=1`)
}

export async function removeMember(context: Context, req: Request, res: Response): Promise<void> {
  const member = memberIn(readForm(takeForm, req.body).member)
  await stageMembers(context, req, (model, id) => withoutMember(model, id, member))
  res.redirect(303, `${sharingUrl(res, 'groups', String(req.params['group']))}?saved=1`)
}

/** What others add or take out meanwhile stays: each of these changes is about one member. */
async function stageMembers(
  context: Context,
  req: Request,
  change: (model: Model, id: string) => Model
): Promise<void> {
  const id = String(req.params['group'])
  await stage(context, req.staff, {
    action: 'sharing.group-changed',
    subject: `sharing-group:${id}`,
    part: (model) => named(model.groups, id),
    change: (model) => change(model, id)
  })
}

function wordOf({ kind, id }: Member): string {
  return `${kind}:${id}`
}

/** @throws Invalid for what no form of ours sends. */
function memberIn(word: string): Member {
  const colon = word.indexOf(':')
  const kind = kinds.find((one) => one === word.slice(0, colon))
  const id = word.slice(colon + 1)
  if (!kind || id === '' || id.length > 36) throw new Invalid({ member: { key: 'organization:problem.memberGone' } })
  return { kind, id }
}
