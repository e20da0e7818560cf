/** The groups and rules that name a role or a group, as links. */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import { mentionsIn, type IsMeant } from '../mentions.js'
import type { Model, Rule } from '../model.js'
import { sharingUrl } from './frame.js'
import type { Names } from './naming.js'

export interface MentionList {
  readonly groups: readonly { readonly label: string; readonly url: string }[]
  readonly rules: readonly { readonly label: string; readonly url: string }[]
  readonly more: number
}

/** So many of each are told by name at most. */
const told = 50

export async function mentionList(
  context: Context,
  req: Request,
  res: Response,
  { model, names, isMeant }: { model: Model; names: Names; isMeant: IsMeant }
): Promise<MentionList> {
  const { modules } = await context.host.catalog(req.locale)
  const ruleText = ({ module, from, to }: Rule): string =>
    context.t(req.locale)('organization:mention.rule', {
      module: modules.get(module)?.labelPlural ?? module,
      from: names.of(from),
      to: names.of(to)
    })
  const { groups, rules } = mentionsIn(model, isMeant)
  return {
    groups: groups.slice(0, told).map(([id, { name }]) => ({ label: name, url: sharingUrl(res, 'groups', id) })),
    rules: rules.slice(0, told).map(([id, rule]) => ({ label: ruleText(rule), url: sharingUrl(res, 'rules', id) })),
    more: Math.max(0, groups.length - told) + Math.max(0, rules.length - told)
  }
}
