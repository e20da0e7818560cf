/** The source's table, asked of a host's kernel: every kind, right, relation and place, and the oracle's answer to each (T01, T05–T08). */
import { expect } from 'chai'
import { records } from '../../src/access/records.js'
import type { Viewer } from '../../src/access/viewer.js'
import { mutants } from './mutants.js'
import { nothing, Oracle, Town, type Answer, type Guest, type Thing } from './oracle.js'
import { Situations, type Situation } from './situations.js'
import { listed, opened, outcomeOf, put, shownIn, viewerOf, type GuestHost, type OpenGuestHost } from './table-world.js'
import { activityKinds, kinds, type Kind, type Sort } from './table.js'

/** A question that was asked of the kernel, with its answer. */
interface Asked {
  readonly guest: Guest
  readonly situation: Situation
  readonly answer: Answer
}

/** The table asked of one host; `few` is how many records are asked for one by one, and as many times changed, made and deleted. */
export function tableOfModules(open: () => Promise<OpenGuestHost>, few: number): void {
  describe('the table of modules', function () {
    this.timeout(120_000)
    let host: OpenGuestHost
    let situations: Situations
    let town: Town
    let oracle: Oracle
    const asked: Asked[] = []
    const viewers = new Map<string, Viewer>()

    before(async () => {
      host = await open()
      const { now } = host
      situations = new Situations(now)
      town = new Town(situations.things)
      oracle = new Oracle(town, now, shownIn(host))
      await put(host, situations.things, situations.guests)
      for (const guest of situations.guests) viewers.set(guest.id, await viewerOf(host, guest))
    })

    after(() => host.close())

    const by = (guest: Guest): Viewer => viewers.get(guest.id)!

    it('T01 T05 T06 T07 T08 lists answer as the oracle does: seen, opened, changed, deleted, the fields shown and written', async () => {
      for (const [guest, sort, of] of questions(situations.all)) {
        const answers = await listed(host, by(guest), sort)
        for (const situation of of) asked.push({ guest, situation, answer: answers.get(situation.thing.id) ?? nothing })
        const strange = [...answers.keys()].filter((id) => town.at(sort, id) === undefined)
        expect(strange, 'seen though not there').to.deep.equal([])
      }
      const wrong = asked.filter((one) => !isSame(one.answer, oracle.answer(one.guest, one.situation.thing)))
      expect(tellAll(oracle, wrong), `${wrong.length} of ${asked.length}`).to.deep.equal([])
    })

    it('T06 asks enough: every situation once, and no class of them is all yes or all no', () => {
      const names = asked.map(({ guest, situation }) => nameOf(guest, situation))
      expect(new Set(names).size).to.equal(names.length)
      expect(names.length).to.be.greaterThan(10_000)
      for (const sort of new Set(asked.map(({ situation }) => situation.thing.sort))) {
        const answers = asked.filter(({ situation }) => situation.thing.sort === sort).map(({ answer }) => answer)
        for (const action of actionsOf(sort)) {
          const yes = answers.filter((answer) => answer[action]).length
          expect(yes, `${sort}: ${action}`).to.be.within(1, answers.length - 1)
        }
      }
      for (const guest of situations.guests) {
        const his = asked.filter((one) => one.guest === guest)
        expect(
          his.some(({ answer }) => !answer.seen),
          guest.id
        ).to.equal(true)
      }
    })

    for (const [name, Mutant] of Object.entries(mutants).filter(([one]) => !takesDice.includes(one)))
      it(`T06 would notice if ${name}`, () => {
        const wrong = new Mutant(town, host.now, shownIn(host))
        expect(asked.some((one) => !isSame(one.answer, wrong.answer(one.guest, one.situation.thing)))).to.equal(true)
      })

    it('T06 A01 A02 what a list does not show is not opened, changed or deleted by its id; what it shows is as it says', async () => {
      for (const { guest, situation, answer } of sample(asked, few)) {
        const { thing } = situation
        const found = await opened(host, by(guest), thing)
        const expected = answer.opened ? answer : nothing
        expect(found, nameOf(guest, situation)).to.deep.equal(expected)
      }
    })

    it('T06 T07 A02 A14 a change is done where the oracle says so, and refused elsewhere', async () => {
      const door = (guest: Guest) => records(by(guest))
      for (const { guest, situation, answer } of sample(asked, few)) {
        const { thing } = situation
        const module = host.names.modules[thing.sort]
        const title = host.catalog.modules.get(module)!.title
        const attempt = door(guest).change(module, thing.id, { [title]: 'Changed' })
        expect(await outcomeOf(attempt), `changes ${nameOf(guest, situation)}`).to.equal(
          answer.edited ? 'done' : answer.opened ? 'refused' : 'missing'
        )
      }
    })

    it('T06 A05 A14 nothing is linked or moved: to no project, folder, call or person', async () => {
      const edited = asked.filter(({ answer }) => answer.edited)
      const sortsOf = [...new Set(edited.map(({ situation }) => situation.thing.sort))]
      const moved = sortsOf.map((sort) => edited.find(({ situation }) => situation.thing.sort === sort)!)
      for (const { guest, situation } of moved) {
        const { thing } = situation
        for (const field of linkFields(host, thing.sort)) {
          const attempt = records(by(guest)).change(host.names.modules[thing.sort], thing.id, { [field]: 'tb-open' })
          expect(await outcomeOf(attempt), `${field} of ${nameOf(guest, situation)}`).to.equal('invalid')
        }
      }
      expect(moved.length).to.equal(activityKinds.length + 1)
    })

    it('T06 A05 new ones are made as the table says: activities by everybody and without links, documents into folders', async () => {
      for (const kind of kinds)
        for (const guest of situations.guests.filter(({ id }) => id.startsWith(`tb-${kind}-`)))
          for (const projects of [[], ['tb-open'], ['tb-foreign']]) await makes(guest, { sort: kind, projects })
      const isFolder = ({ sort, id }: Thing): boolean => sort === 'folders' && id.startsWith('tb-f-')
      for (const { id: folder, rights } of situations.things.filter(isFolder))
        for (const guest of situations.guests.filter(({ id }) => id.startsWith('tb-documents-')))
          for (const projects of rights.some(({ right }) => right === 'write')
            ? [[], ['tb-open'], ['tb-foreign']]
            : [[]])
            await makes(guest, { sort: 'documents', projects, folder })
    })

    async function makes(guest: Guest, draft: Pick<Thing, 'sort' | 'projects' | 'folder'>): Promise<void> {
      const { names } = host
      const module = names.modules[draft.sort]
      const values = names.fresh[draft.sort] ?? {}
      const toProject = draft.sort === 'projects' ? '' : names.toProject[draft.sort]
      const fill = {
        ...(draft.projects[0] !== undefined && toProject !== 'projects' && { [toProject]: draft.projects[0] }),
        ...(draft.folder !== undefined && { [names.toFolder.documents]: draft.folder })
      }
      const files = draft.sort === 'documents' ? await host.newFiles?.() : undefined
      const outcome = await outcomeOf(records(by(guest)).create(module, { values, fill, ...(files && { files }) }))
      const expected = oracle.creates(guest, draft)
      const said = `${guest.id} makes ${JSON.stringify(draft)}`
      expect(outcome === 'done', `${said}: ${outcome}`).to.equal(expected)
      if (!expected || draft.projects.length > 0 || draft.folder !== undefined) return
      const typed = records(by(guest)).create(module, { values: { ...values, [toProject]: 'tb-open' } })
      expect(await outcomeOf(typed), `${said}, typed`).to.be.oneOf(['refused', 'invalid'])
    }

    it('T06 T07 A10 a record is deleted where the oracle says so, and refused elsewhere', async () => {
      for (const { guest, situation, answer } of sample(asked, few)) {
        const { thing } = situation
        const module = host.names.modules[thing.sort]
        const outcome = await outcomeOf(records(by(guest)).remove(module, thing.id))
        expect(outcome, `deletes ${nameOf(guest, situation)}`).to.equal(
          answer.deleted ? 'done' : answer.opened ? 'refused' : 'missing'
        )
        if (answer.deleted) expect(await opened(host, by(guest), thing)).to.deep.equal(nothing)
      }
    })
  })
}

/** What no situation of the table has: the generated ones do. */
const takesDice = ['projects end a day too early', 'rights of others count for him']

/** Who is asked for which list, and about what. */
function questions(all: readonly Situation[]): [Guest, Sort, Situation[]][] {
  const lists = new Map<string, [Guest, Sort, Situation[]]>()
  for (const situation of all)
    for (const guest of situation.guests) {
      const { sort } = situation.thing
      const key = `${guest.id} ${sort}`
      const list = lists.get(key) ?? [guest, sort, []]
      list[2].push(situation)
      lists.set(key, list)
    }
  return [...lists.values()]
}

function nameOf(guest: Guest, { thing, place, toGroup, toHim, isResponsible }: Situation): string {
  return `${thing.sort} (${guest.id}): ${place}; group ${toGroup}, he ${toHim}${isResponsible ? ', responsible' : ''}`
}

function isSame(one: Answer, other: Answer): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** The first of what went wrong, told so that one sees it. */
function tellAll(oracle: Oracle, wrong: readonly Asked[]): string[] {
  return wrong.slice(0, 8).map(({ guest, situation, answer }) => {
    const expected = oracle.answer(guest, situation.thing)
    return `${nameOf(guest, situation)}: kernel ${tell(answer)}, oracle ${tell(expected)}`
  })
}

function tell(answer: Answer): string {
  const does = (['seen', 'opened', 'edited', 'deleted'] as const).filter((action) => answer[action])
  return `${does.join('+') || 'nothing'} [${answer.fields.join()}] writes [${answer.written.join()}]`
}

/** What must be possible somewhere with things of a sort. */
function actionsOf(sort: Sort): readonly ('seen' | 'opened' | 'edited' | 'deleted')[] {
  if (sort === 'documents' || activityKinds.includes(sort as Kind)) return ['seen', 'opened', 'edited', 'deleted']
  if (['projects', 'folders', 'emails'].includes(sort)) return ['seen', 'opened']
  return ['seen']
}

/** The first of each class (guest, place, responsibility, answer), and of these classes so many at equal distances; of those that are deleted
 *  none twice. */
function sample(asked: readonly Asked[], most: number): Asked[] {
  const classes = new Map<string, Asked>()
  const gone = new Set<string>()
  for (const one of asked) {
    const { place, isResponsible, thing } = one.situation
    const key = JSON.stringify([one.guest.id, thing.sort, place, isResponsible, one.answer])
    if (classes.has(key) || gone.has(thing.id)) continue
    classes.set(key, one)
    if (one.answer.deleted) gone.add(thing.id)
  }
  const step = Math.max(1, classes.size / most)
  return [...classes.values()].filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
}

/** The fields of things of a sort that hold a link. */
function linkFields({ catalog, names }: GuestHost, sort: Sort): string[] {
  const module = catalog.modules.get(names.modules[sort])!
  return [...module.fields.values()]
    .filter(({ name, type }) => type === 'reference' || names.linksAsText.includes(name))
    .map(({ name }) => name)
}
