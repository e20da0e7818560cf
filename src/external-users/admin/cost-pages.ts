/** The costs of a project: for staff who may see the project, and never for anybody outside (T11). */
import { Readable } from 'node:stream'
import type { Request, RequestHandler, Response } from 'express'
import { drawn, type SafeSvg } from '../../charts/drawing.js'
import { shortNumber } from '../../charts/short-number.js'
import type { Context } from '../../context.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { csvOf } from '../../web/csv.js'
import { sendFile } from '../../web/downloads.js'
import { formatFor } from '../../web/format.js'
import { monthsOf, sumOf, type CostKind } from '../costs.js'
import { currency } from '../hourly-rate.js'
import { mostCounted, projectCosts, type ProjectCosts } from '../project-costs.js'
import {
  amountOf,
  areHidden,
  hours,
  money,
  rowsForFile,
  tableByMonth,
  tableByPerson,
  type Telling
} from './cost-shown.js'
import { projectPage, projectUrl } from './frame.js'

export function costPages(router: PermittedRouter, context: Context): void {
  const { users } = needs
  router.get('/projects/:project/costs', users, (req, res) => showCosts(context, req, res))
  router.get('/projects/:project/costs.csv', users, costsFile(context))
}

function tellingFor(context: Context, req: Request): Telling {
  return { t: context.t(req.locale), format: formatFor(req.locale, req.staff) }
}

async function showCosts(context: Context, req: Request, res: Response): Promise<void> {
  const projectId = String(req.params['project'])
  const costs = await projectCosts(context, projectId, req.staff)
  const telling = tellingFor(context, req)
  const monthName = monthNames(req)
  const locals = {
    isEmpty: costs.cells.length === 0,
    totals: totalsOf(telling, costs),
    notes: notesOf(telling, costs),
    chart: await chartOf(context, req, costs, monthName),
    byPerson: tableByPerson(telling, costs),
    byMonth: tableByMonth(telling, costs, monthName),
    fileUrl: projectUrl(res, projectId, 'costs.csv')
  }
  await projectPage(context, req, res, { section: 'costs', view: 'costs', locals })
}

/** `March 2026`. */
function monthNames({ locale }: Request): (month: string) => string {
  const format = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' })
  return (month) => {
    const at = Date.parse(`${month}-01T00:00:00Z`)
    return Number.isNaN(at) ? month : format.format(at)
  }
}

function totalsOf(telling: Telling, { cells, budget }: ProjectCosts): Record<string, unknown> {
  const { minutes, unrated, cost } = sumOf(cells)
  const spent = amountOf(cost)
  return {
    costs: money(telling, spent),
    hours: telling.format.number(hours(minutes)),
    unrated: telling.format.number(hours(unrated)),
    hasUnrated: unrated.numerator > 0n,
    budget: budget && telling.format.money(budget.amount, budget.currency ?? null),
    ...(budget?.currency === currency && comparedWith(telling, spent, budget.amount))
  }
}

/** With a budget in another currency nothing is compared. */
function comparedWith(telling: Telling, spent: number, budget: number): Record<string, unknown> {
  const percent = percentOf(telling, spent / budget)
  return {
    left: money(telling, Math.abs(budget - spent)),
    isOver: spent > budget,
    meter: budget > 0 ? { value: Math.min(spent, budget), max: budget, percent } : undefined
  }
}

function percentOf({ format }: Telling, share: number): string {
  return format.number(Math.round(share * 1000) / 10)
}

function notesOf({ t, format }: Telling, costs: ProjectCosts): string[] {
  const { cells, cut, hidden } = costs
  const named = (kinds: readonly CostKind[]): string => kinds.map((kind) => t(`external:kind.${kind}`)).join(', ')
  return [
    ...(cut.length > 0 ? [t('external:costs.cut', { kinds: named(cut), most: format.number(mostCounted) })] : []),
    ...(hidden.length > 0 ? [t('external:costs.hidden', { kinds: named(hidden) })] : []),
    ...(areHidden(costs, cells) ? [t('external:costs.hiddenPeople')] : [])
  ]
}

const mostMonths = 24
/** Of more months the line is drawn. */
const mostColumns = 6

async function chartOf(
  context: Context,
  { locale }: Request,
  { cells }: ProjectCosts,
  monthName: (month: string) => string
): Promise<SafeSvg | undefined> {
  const t = context.t(locale)
  const months = monthsOf(cells, mostMonths)
  const points = months.map((month) => {
    const value = amountOf(sumOf(cells.filter((cell) => cell.month === month)).cost)
    return { label: monthName(month), value, shown: shortNumber(locale, value, currency) }
  })
  if (points.every(({ value }) => value === 0)) return undefined
  return drawn({
    id: 'costs',
    shape: months.length > mostColumns ? 'line' : 'bar',
    title: t('external:costs.chart'),
    description: t('external:costs.chartText', { months: months.length }),
    points,
    short: (value) => shortNumber(locale, value)
  })
}

function costsFile(context: Context): RequestHandler {
  return async (req, res) => {
    const projectId = String(req.params['project'])
    const costs = await projectCosts(context, projectId, req.staff)
    const content = Buffer.from(csvOf(rowsForFile(tellingFor(context, req), costs)), 'utf8')
    const info = {
      id: projectId,
      name: `costs-${projectId}.csv`,
      type: 'text/csv; charset=utf-8',
      size: content.length
    }
    await sendFile(res, info, Readable.from([content]))
  }
}
