/** *What does this person see?*: his place in the organization and, module by module, what he may do and with how many records (S11). */
import type { Request, Response } from 'express'
import type { Compiler } from '../../access/compile.js'
import type { Count } from '../../access/record.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Module } from '../../host/catalog.js'
import type { StaffName } from '../../host/host.js'
import { levelIn } from '../model.js'
import type { Organization } from '../organization.js'
import { placeTexts, sourceTexts } from './person-in-words.js'
import { recordActions } from '../reasons.js'
import type { Words } from './reasons-in-words.js'
import { isTheSame, mostCounted, tallyOf, type Counting, type Tally } from '../tallies.js'
import { askableModules, basesOf, groundFor, personAnswerUrl, withQuery, type Bases } from './answer-frame.js'
import { sharingPage, sharingUrl } from './frame.js'

/** So long a page counts before it says that there is more to be counted, and so long when it was asked to take its time. */
const patience = { usual: 2000, asked: 60_000 }

export async function showPerson(context: Context, req: Request, res: Response): Promise<void> {
  const ground = await groundFor(context, req)
  const person = ground.people.find(({ id }) => id === req.params['staff'])
  if (!person) throw new NotFound()
  const bases = await basesOf(context)
  const modules = await rowsOf(context, req, {
    person,
    bases,
    modules: askableModules(ground.catalog),
    wordsOn: ground.wordsOn
  })
  const locals = {
    person: { name: person.name, isActive: person.isActive, isAdministrator: person.isAdministrator },
    places: placesOf(bases, ground.wordsOn, person),
    modules,
    isStaged: bases.staged !== undefined,
    isWhole: bases.isWhole,
    narrowsStaff: context.host.narrowsStaff,
    answersUrl: sharingUrl(res, 'answers'),
    countAllUrl: modules.some(({ isCounted }) => !isCounted)
      ? withQuery(personAnswerUrl(res, person.id), { patience: '1' })
      : undefined,
    limit: mostCounted
  }
  await sharingPage(context, req, res, { section: 'answers', view: 'person', locals })
}

/** Role, profiles, groups, who is above and below; and the same as staged, where it differs. */
function placesOf(
  { inForce, staged }: Bases,
  wordsOn: (organization: Organization) => Words,
  { id }: StaffName
): { term: string; text: string; staged: string | undefined }[] {
  const later = staged && placeTexts(wordsOn(staged), id)
  return placeTexts(wordsOn(inForce), id).map(({ term, text }, index) => {
    const other = later?.[index]?.text
    return { term, text, staged: other === text ? undefined : other }
  })
}

interface Question {
  readonly person: StaffName
  readonly bases: Bases
  readonly modules: readonly Module[]
  wordsOn(organization: Organization): Words
}

interface ModuleRow {
  readonly label: string
  readonly icon: string
  readonly inForce: Sight
  readonly staged: Sight | undefined
  readonly isCounted: boolean
}

/** What he may do in a module by one of the two sharings. */
interface Sight {
  readonly level: string
  readonly rights: string
  /** As the actions stand in `recordActions`. */
  readonly counts: readonly { readonly label: string; readonly text: string }[]
  readonly why: readonly string[]
}

async function rowsOf(context: Context, req: Request, question: Question): Promise<ModuleRow[]> {
  const { kernel, host } = context
  const compiler: Compiler = { catalog: await host.catalog('en'), dialect: kernel.dialect }
  const time = req.query['patience'] === '1' ? patience.asked : patience.usual
  const counting: Counting = { kernel, compiler, until: performance.now() + time, known: new Map() }
  const rows: ModuleRow[] = []
  for (const module of question.modules) rows.push(await rowOf(counting, question, module, req.locale))
  return rows
}

async function rowOf(
  counting: Counting,
  { person, bases: { inForce, staged }, wordsOn }: Question,
  module: Module,
  locale: string
): Promise<ModuleRow> {
  const sightBy = async (organization: Organization): Promise<{ sight: Sight; isCounted: boolean }> => {
    const words = wordsOn(organization)
    const tally = sees(organization, person, module)
      ? await tallyOf(counting, organization, person, module.name)
      : nothing
    return { sight: sightOf(words, person, module, tally, locale), isCounted: tally !== undefined }
  }
  const now = await sightBy(inForce)
  const differs = staged !== undefined && !isTheSame(counting.compiler, [inForce, staged], person, module.name)
  const later = differs ? await sightBy(staged) : undefined
  return {
    label: module.labelPlural,
    icon: module.icon,
    inForce: now.sight,
    staged: later?.sight,
    isCounted: now.isCounted && (later?.isCounted ?? true)
  }
}

const none: Count = { count: 0, capped: false }
const nothing: Tally = { view: none, edit: none, delete: none }

function sees(organization: Organization, { id, isAdministrator }: StaffName, { name }: Module): boolean {
  return isAdministrator || organization.rightsOf(id).on(name).view
}

function sightOf(words: Words, person: StaffName, module: Module, tally: Tally | undefined, locale: string): Sight {
  const { t, organization } = words
  const rights = organization.rightsOf(person.id).on(module.name)
  const allowed = (['view', 'create', 'edit', 'delete'] as const).filter(
    (action) => person.isAdministrator || rights[action]
  )
  return {
    level: module.owner
      ? t(`sharing:level.${levelIn(organization.model, module.name)}.label`)
      : t('answers:person.noDefault'),
    rights: allowed.map((action) => t(`answers:right.${action}`)).join(', ') || t('answers:person.noRight'),
    counts: recordActions.map((action) => ({
      label: t(`answers:person.${action}`),
      text: tally ? countText(words, tally[action], locale) : t('answers:person.notYet')
    })),
    why: sourceTexts(words, person, module)
  }
}

function countText({ t }: Words, { count, capped }: Count, locale: string): string {
  const number = count.toLocaleString(locale)
  return capped ? t('answers:person.moreThan', { number }) : number
}
