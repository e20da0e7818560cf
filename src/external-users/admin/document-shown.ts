/** Folders and documents as their page shows them: what is said of each, and who can't get there because of a folder above. */
import type { Request, Response } from 'express'
import type { ShownChange } from '../../audit/shown-change.js'
import type { Context } from '../../context.js'
import type { Translate } from '../../web/locale.js'
import { blockerFor, keyOf, subjectOf, type TreeNode, type TreeRights } from '../document-tree.js'
import type { ExternalUser } from '../external-users.js'
import { everybody, rights, type RecordRights } from '../object-rights.js'
import { guestsUrl } from './frame.js'
import { recordChanges } from './record-changes.js'

interface Ask {
  readonly t: Translate
  readonly nodes: readonly TreeNode[]
  readonly said: TreeRights
  readonly people: readonly ExternalUser[]
  /** Keys that were ticked. */
  readonly chosen: readonly string[]
}

export function shownNodes(req: Request, res: Response, ask: Ask): Record<string, unknown>[] {
  const titles = new Map(ask.nodes.map((node) => [keyOf(node), node.title]))
  return ask.nodes.map((node) => ({
    key: keyOf(node),
    title: node.title,
    isFolder: node.isFolder,
    depth: Math.min(node.depth, deepest),
    url: guestsUrl(res, 'records', node.module, node.id),
    isChosen: ask.chosen.includes(keyOf(node)),
    said: saidLines(ask, ask.said.get(keyOf(node)) ?? new Map()),
    warnings: warningsFor(req, ask, node, titles)
  }))
}

/** Deeper ones stand no further to the right. */
const deepest = 6

/** One line for the group and for each person of whom something is said. */
function saidLines({ t, people }: Ask, said: RecordRights): { who: string; what: string }[] {
  const grantees = [
    { id: everybody, name: t('guests-admin:rights.group') },
    ...people.map(({ id, name }) => ({ id, name }))
  ]
  return grantees.flatMap(({ id, name }) => {
    const effects = said.get(id)
    const words = rights.flatMap((right) =>
      effects?.[right] ? [t(`guests-admin:change.${right}.${effects[right]}`)] : []
    )
    return words.length > 0 ? [{ who: name, what: words.join(', ') }] : []
  })
}

/** One sentence for each folder that keeps somebody away. */
function warningsFor(
  req: Request,
  { t, said, people }: Ask,
  node: TreeNode,
  titles: ReadonlyMap<string, string>
): string[] {
  const kept = new Map<string, string[]>()
  for (const user of people) {
    const folder = user.status === 'deactivated' ? undefined : blockerFor(said, node, user.id)
    if (folder !== undefined) kept.set(folder, [...(kept.get(folder) ?? []), user.name])
  }
  const list = new Intl.ListFormat(req.locale, { type: 'conjunction' })
  return [...kept].map(([folder, names]) =>
    t('guests-admin:documents.blocked', {
      count: names.length,
      names: list.format(names),
      folder: titles.get(folder) ?? ''
    })
  )
}

/** The last changes of the rights on these folders and documents, so that it can be seen here who released what. */
export function treeChanges(
  context: Context,
  req: Request,
  nodes: readonly TreeNode[],
  people: readonly ExternalUser[]
): Promise<ShownChange[]> {
  const titles = new Map(nodes.map((node) => [subjectOf(node), node.title]))
  return recordChanges(context, req, [...titles.keys()], people, (subject) => titles.get(subject))
}
