/** The documents of a project with the rights on them and on the folders above, said of several at once (T08). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { hiddenAmong } from '../../access/hidden.js'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { checkbox, readForm } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import {
  changeTreeRights,
  documentTree,
  keyOf,
  mostOfTree,
  treeRights,
  treeStamp,
  type Tree,
  type TreeNode,
  type Wish
} from '../document-tree.js'
import type { ExternalUser } from '../external-users.js'
import { moduleRights } from '../module-rights.js'
import { everybody, rights } from '../object-rights.js'
import { projectsOf } from '../project.js'
import { peopleOf } from '../record-people.js'
import { shownNodes, treeChanges } from './document-shown.js'
import { doneIn, projectPage, projectUrl } from './frame.js'

export function documentPages(router: PermittedRouter, context: Context): void {
  router.get('/projects/:project/documents', needs.users, (req, res) => show(context, req, res))
  router.post('/projects/:project/documents', needs.users, save(context))
}

interface Shown {
  readonly tree: Tree
  /** Members whom the CRM shows. */
  readonly people: readonly ExternalUser[]
}

/** What the CRM shows of the tree to this member of staff. */
async function shownIn(context: Context, req: Request): Promise<Shown> {
  const world = await projectsOf(context, req.locale)
  const id = String(req.params['project'])
  const { nodes, isCut } = await documentTree(context, world, id)
  const members = await peopleOf(context, world, [id])
  const hidden = await hiddenAmong(context.kernel, req.staff, members)
  return {
    tree: { nodes: await visible(context, req, 'view', nodes), isCut },
    people: members.filter((user) => !hidden.has(user.id))
  }
}

/** So many answers of the host are waited for at once. */
const atOnce = 4

async function visible(
  context: Context,
  req: Request,
  right: 'view' | 'edit',
  nodes: readonly TreeNode[]
): Promise<TreeNode[]> {
  const seen: TreeNode[] = []
  for (let at = 0; at < nodes.length; at += atOnce) {
    const some = nodes.slice(at, at + atOnce)
    const may = await Promise.all(some.map(({ module, id }) => context.host.allows(req.staff, right, module, id)))
    seen.push(...some.filter((_, index) => may[index]))
  }
  return seen
}

async function show(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { tree, people } = await shownIn(context, req)
  const said = await treeRights(context.db, tree.nodes)
  const t = context.t(req.locale)
  const id = String(req.params['project'])
  const module = (await projectsOf(context)).module.name
  const locals = {
    nodes: shownNodes(req, res, { t, nodes: tree.nodes, said, people, chosen: [again?.typed['node'] ?? []].flat() }),
    isCut: tree.isCut,
    limit: mostOfTree,
    stamp: again?.typed['stamp'] ?? treeStamp(said),
    without: await withoutRight(context, people),
    grantees: [
      { value: everybody, label: t('guests-admin:rights.group') },
      ...people.map((user) => ({ value: user.id, label: user.name }))
    ],
    action: projectUrl(res, id, 'documents'),
    mayEdit: await context.host.allows(req.staff, 'edit', module, id),
    changes: await treeChanges(context, req, tree.nodes, people),
    done: doneIn(req, ['documents'])
  }
  await projectPage(context, req, res, { section: 'documents', view: 'documents', locals, again })
}

/** Names of the members to whom no document of a project is open, whatever the rights on it. */
async function withoutRight(context: Context, people: readonly ExternalUser[]): Promise<string[]> {
  const names: string[] = []
  for (const user of people) if (!(await moduleRights(context.db, user.id)).has('documents')) names.push(user.name)
  return names
}

const wish = z.enum(['', 'allow', 'deny', 'nothing']).default('')
const form = z.strictObject({
  stamp: z.string().max(64),
  node: z.array(z.string().max(110)).max(2 * mostOfTree),
  below: checkbox,
  grantee: z.string().max(36),
  ...(Object.fromEntries(rights.map((right) => [right, wish])) as Record<(typeof rights)[number], typeof wish>)
})

function save(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { stamp, node, below, grantee, ...typed } = readForm(form, req.body)
        const { tree, people } = await shownIn(context, req)
        mustBeThere(node, grantee, tree, people)
        const picked = tree.nodes.filter((one) => isPicked(one, node, below))
        const chosen = await visible(context, req, 'edit', picked)
        if (chosen.length < picked.length) throw new Invalid({ node: { key: 'guests-admin:documents.notYours' } })
        const wished: Wish = Object.fromEntries(Object.entries(typed).filter(([, effect]) => effect !== ''))
        const change = { tree: tree.nodes, chosen, grantee, wish: wished, stamp }
        await changeTreeRights(context, change, req.staff)
        res.redirect(303, `${projectUrl(res, String(req.params['project']), 'documents')}?done=documents`)
      },
      (again) => show(context, req, res, again)
    )
}

function mustBeThere(keys: readonly string[], grantee: string, tree: Tree, people: readonly ExternalUser[]): void {
  if (keys.length === 0) throw new Invalid({ node: { key: 'guests-admin:documents.chooseSome' } })
  if (keys.some((key) => !tree.nodes.some((one) => keyOf(one) === key)))
    throw new Invalid({ node: { key: 'errors.field.option' } })
  if (grantee !== everybody && !people.some(({ id }) => id === grantee))
    throw new Invalid({ grantee: { key: 'errors.field.option' } })
}

function isPicked(one: TreeNode, keys: readonly string[], below: boolean): boolean {
  return keys.includes(keyOf(one)) || (below && one.above.some((key) => keys.includes(key)))
}
