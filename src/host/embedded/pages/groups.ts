/** The CRM's groups, for administrators: what a record can be assigned to in place of a person (S03). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { NotFound } from '../../../errors.js'
import { readForm, submit, type ShownAgain } from '../../../web/forms.js'
import { page, urlFor } from '../../../web/render.js'
import type { HostGroup } from '../../host.js'
import type { Crm } from '../crm.js'
import { groupPath, groupsPath } from './paths.js'
import { accepted } from './refusals.js'

/** What a name must be is the CRM's to say. */
const form = z.object({ name: z.string().max(1000) })

type GroupPages = Record<'list' | 'create' | 'show' | 'rename' | 'remove', RequestHandler>

export function groupPages(crm: Crm): GroupPages {
  return {
    list: (req, res) => showList(crm, res, { typed: {}, errors: {} }),
    create: (req, res) =>
      submit(
        req,
        async () => {
          await accepted(() => crm.groups.create(readForm(form, req.body).name))
          res.redirect(303, urlFor(res, groupsPath))
        },
        (again) => showList(crm, res, { ...again, status: 422 })
      ),
    show: async (req, res) => {
      const group = await groupIn(crm, req)
      await showGroup(crm, req, res, group, { typed: { name: group.name }, errors: {} })
    },
    rename: async (req, res) => {
      const group = await groupIn(crm, req)
      await submit(
        req,
        async () => {
          await accepted(() => crm.groups.rename(group.id, readForm(form, req.body).name))
          res.redirect(303, urlFor(res, groupsPath))
        },
        (again) => showGroup(crm, req, res, group, { ...again, status: 422 })
      )
    },
    remove: async (req, res) => {
      const group = await groupIn(crm, req)
      await submit(
        req,
        async () => {
          await accepted(
            () => crm.groups.remove(group.id),
            () => 'form'
          )
          res.redirect(303, urlFor(res, groupsPath))
        },
        ({ errors }) => showGroup(crm, req, res, group, { typed: { name: group.name }, errors, status: 422 })
      )
    }
  }
}

async function groupIn(crm: Crm, req: Request): Promise<HostGroup> {
  const group = (await crm.groups.list()).find(({ id }) => id === req.params.id)
  if (!group) throw new NotFound()
  return group
}

interface GroupForm extends ShownAgain {
  readonly status?: number
}

async function showList(crm: Crm, res: Response, { typed, errors, status = 200 }: GroupForm): Promise<void> {
  const groups = await crm.groups.list()
  await page(
    res,
    'crm/groups',
    {
      rows: groups.map(({ id, name }) => ({ name, path: groupPath(id) })),
      form: { typed, errors },
      path: groupsPath
    },
    { status }
  )
}

/** Where records belong to it, the page says of which modules and offers no removal. */
async function showGroup(
  crm: Crm,
  req: Request,
  res: Response,
  group: HostGroup,
  { typed, errors, status = 200 }: GroupForm
): Promise<void> {
  const held = await crm.groups.holders(group.id)
  const labels = held.map((name) => req.desk.catalog.modules.get(name)?.labelPlural ?? name)
  const holders = new Intl.ListFormat(req.locale, { type: 'conjunction' }).format(labels)
  await page(
    res,
    'crm/group',
    { group, holders, form: { typed, errors }, path: groupPath(group.id), groupsPath },
    { status }
  )
}
