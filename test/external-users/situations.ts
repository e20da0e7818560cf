/** Every situation of the table, as plain objects: kind, module right, object rights, responsibility, relation to projects, place. */
import { group, type Guest, type Right, type Said, type Thing } from './oracle.js'
import { ours } from './table-world.js'
import { activityKinds, holderKinds, kinds, type Kind, type Sort } from './table.js'

/** What may be said of one record to one grantee. */
export const sayings = {
  none: [],
  read: ['+read'],
  write: ['+write'],
  change: ['+read', '+write'],
  everything: ['+read', '+write', '+delete'],
  denyRead: ['-read'],
  denyWrite: ['+read', '-write', '+delete'],
  denyDelete: ['+read', '+write', '-delete']
} as const satisfies Readonly<Record<string, readonly `${'+' | '-'}${Right}`[]>>
export type Saying = keyof typeof sayings

/** The pairs that tell most: to the group, and to him. */
const few: readonly (readonly [Saying, Saying])[] = [
  ['none', 'none'],
  ['read', 'none'],
  ['none', 'read'],
  ['read', 'denyRead'],
  ['denyRead', 'read'],
  ['everything', 'none'],
  ['change', 'denyWrite']
]
const fewest = few.slice(0, 5)

export function rightsFor(saying: Saying, grantees: readonly string[]): Said[] {
  return grantees.flatMap((grantee) =>
    sayings[saying].map((one): Said => {
      const right = one.slice(1) as Right
      return { grantee, right, effect: one.startsWith('+') ? 'allow' : 'deny' }
    })
  )
}

/** The relations that a thing may have to projects. */
export const relations = {
  open: ['open'],
  /** A member, and it is over. */
  ended: ['ended'],
  /** Open, and no member. */
  foreign: ['foreign'],
  none: [],
  /** A member, and nothing is said of its security. */
  unreadable: ['unreadable'],
  /** A member, and the group may read and he may not. */
  denied: ['denied'],
  /** A member, and it is in the recycle bin. */
  removed: ['removed']
} as const satisfies Readonly<Record<string, readonly string[]>>
export type Relation = keyof typeof relations

/** These meet everything that may be said of a record; the others some of it. */
const mainRelations: readonly Relation[] = ['open', 'ended', 'foreign', 'none']

interface Case {
  readonly relation: Relation
  readonly toGroup: Saying
  readonly toHim: Saying
}

export interface Situation {
  readonly thing: Thing
  /** Where it is: its relation to projects, its folder, its holder. */
  readonly place: string
  readonly toGroup: Saying
  readonly toHim: Saying
  readonly isResponsible: boolean
  /** Those whom it is asked for: with and without the module right. */
  readonly guests: readonly Guest[]
}

const day = 86_400_000
const dayAt = (time: number): string => new Date(time).toISOString().slice(0, 10)

export class Situations {
  readonly guests = kinds.flatMap((kind) => [
    this.guest(`${ours}-${kind}-yes`, [kind]),
    this.guest(
      `${ours}-${kind}-no`,
      kinds.filter((other) => other !== kind)
    )
  ])
  readonly all: readonly Situation[]
  private readonly hidden: Thing[] = []
  private last = 0

  constructor(private readonly now: number) {
    this.projects()
    this.all = [
      ...kinds.filter((kind) => kind !== 'documents').flatMap((kind) => this.ofKind(kind)),
      ...this.ofProjects(),
      ...this.ofSeveralProjects(),
      ...this.ofFolders(),
      ...this.ofDocuments()
    ]
  }

  /** All that is to be put there. */
  get things(): readonly Thing[] {
    return [...this.hidden, ...this.all.map(({ thing }) => thing)]
  }

  // --- people and projects ---

  private guest(id: string, yes: readonly Kind[]): Guest {
    const memberOf = ['open', 'second', 'ended', 'unreadable', 'denied', 'removed'].map(projectId)
    const isAskedForProjects = id.startsWith(`${ours}-${kinds[0]}-`)
    return {
      id,
      yes: new Set(yes),
      memberOf: new Set([...memberOf, ...(isAskedForProjects ? this.memberProjects() : [])])
    }
  }

  private guestsOf(kind: Kind): readonly Guest[] {
    return this.guests.filter(({ id }) => id === `${ours}-${kind}-yes` || id === `${ours}-${kind}-no`)
  }

  private projects(): void {
    const everybody = this.guests.map(({ id }) => id)
    const end = { open: 1, foreign: 1, ended: -3 }
    for (const name of ['open', 'second', 'ended', 'foreign', 'unreadable', 'denied', 'removed']) {
      const days = end[name as keyof typeof end]
      this.hidden.push({
        ...plain('projects', projectId(name)),
        zone: 'Europe/Berlin',
        ...(days !== undefined && { endsOn: dayAt(this.now + days * day) }),
        isRemoved: name === 'removed',
        rights: [
          ...(name === 'unreadable' ? rightsFor('write', [group]) : rightsFor('read', [group])),
          ...(name === 'denied' ? rightsFor('denyRead', everybody) : [])
        ]
      })
    }
  }

  /** Of the situations of projects themselves. */
  private memberProjects(): string[] {
    return projectCases.map((_, index) => `${ours}-in-${String(index)}`)
  }

  private ofProjects(): Situation[] {
    const guests = this.guests.slice(0, 2)
    return projectCases.flatMap(({ toGroup, toHim, end, days }, index) =>
      ['in', 'out'].map((membership): Situation => {
        const thing: Thing = {
          ...plain('projects', `${ours}-${membership}-${String(index)}`),
          zone: 'Europe/Berlin',
          ...(days !== undefined && { endsOn: dayAt(this.now + days * day) }),
          rights: [
            ...rightsFor(toGroup, [group]),
            ...rightsFor(
              toHim,
              guests.map(({ id }) => id)
            )
          ]
        }
        return { thing, place: `${end} ${membership}`, toGroup, toHim, isResponsible: false, guests }
      })
    )
  }

  // --- kinds ---

  private ofKind(kind: Kind): Situation[] {
    return relationCases.flatMap(({ relation, toGroup, toHim }) =>
      [true, false].map((isResponsible) => {
        const projects = relations[relation].map(projectId)
        return this.situation(kind, { place: relation, toGroup, toHim, isResponsible, projects })
      })
    )
  }

  /** Contacts take part in several projects: one that is open is enough. */
  private ofSeveralProjects(): Situation[] {
    return few.flatMap(([toGroup, toHim]) =>
      [
        ['open', 'foreign'],
        ['ended', 'foreign'],
        ['open', 'second']
      ].map((names) =>
        this.situation('members', {
          place: names.join(' and '),
          toGroup,
          toHim,
          isResponsible: false,
          projects: names.map(projectId)
        })
      )
    )
  }

  private situation(
    sort: Kind,
    how: Omit<Situation, 'thing' | 'guests'> & Partial<Pick<Thing, 'projects' | 'folder' | 'holder'>>,
    guests = this.guestsOf(sort)
  ): Situation {
    const { place, toGroup, toHim, isResponsible, projects = [], folder, holder } = how
    const names = guests.map(({ id }) => id)
    const thing: Thing = {
      ...plain(sort, this.nextId()),
      projects,
      ...(folder !== undefined && { folder }),
      ...(holder && { holder }),
      responsible: isResponsible ? names : [],
      rights: [...rightsFor(toGroup, [group]), ...rightsFor(toHim, names)]
    }
    return { thing, place, toGroup, toHim, isResponsible, guests }
  }

  private nextId(): string {
    this.last += 1
    return `${ours}-${String(this.last)}`
  }

  // --- folders and documents ---

  /** A folder with what is said of it to the group, in another one. */
  private folder(name: string, saying: Saying, more: Partial<Thing> = {}): string {
    const id = `${ours}-f-${name}`
    if (!this.hidden.some((one) => one.id === id))
      this.hidden.push({
        ...plain('folders', id),
        projects: [projectId('open')],
        rights: rightsFor(saying, [group]),
        ...more
      })
    return id
  }

  private places(): Readonly<Record<string, string>> {
    const none = { projects: [] }
    const foreign = { projects: [projectId('foreign')] }
    const open = this.folder('open', 'read')
    const closed = this.folder('closed', 'none')
    const outer = this.folder('outer', 'none', none)
    const between = this.folder('between', 'none', { ...none, folder: closed })
    const gone = this.folder('gone', 'read', { isRemoved: true })
    const belowOpen = this.folder('below-open', 'read', { folder: open, ...none })
    const elsewhere = this.folder('foreign', 'read', foreign)
    const round = this.folder('round', 'read', { folder: `${ours}-f-round` })
    this.folder('ring-one', 'read', { folder: `${ours}-f-ring-two` })
    return {
      open,
      writable: this.folder('writable', 'change'),
      closed,
      denied: this.folder('denied', 'denyRead'),
      'below open': belowOpen,
      'closed below open': this.folder('closed-below', 'none', { folder: open }),
      'below closed': this.folder('below-closed', 'change', { folder: closed }),
      'far below open': this.folder('far-below', 'read', { folder: belowOpen }),
      'below what belongs to no project': this.folder('inner', 'read', { folder: outer }),
      'below what is between': this.folder('in-between', 'read', { folder: between }),
      'of no project': this.folder('lonely', 'read', none),
      foreign: elsewhere,
      'below foreign': this.folder('in-foreign', 'read', { folder: elsewhere }),
      'foreign below open': this.folder('foreign-in', 'read', { folder: open, ...foreign }),
      'of an ended project': this.folder('ended', 'read', { projects: [projectId('ended')] }),
      'of his other project': this.folder('second', 'read', { projects: [projectId('second')] }),
      removed: gone,
      'below removed': this.folder('below-gone', 'read', { folder: gone }),
      'in itself': round,
      'in a circle': this.folder('ring-two', 'read', { folder: `${ours}-f-ring-one` })
    }
  }

  private ofFolders(): Situation[] {
    const guests = this.guestsOf('documents')
    const names = guests.map(({ id }) => id)
    return relationCases.flatMap(({ relation, toGroup, toHim }) =>
      ['top', 'open', 'closed'].map((above): Situation => {
        const thing: Thing = {
          ...plain('folders', this.nextId()),
          projects: relations[relation].map(projectId),
          ...(above !== 'top' && { folder: `${ours}-f-${above}` }),
          rights: [...rightsFor(toGroup, [group]), ...rightsFor(toHim, names)]
        }
        return { thing, place: `${relation} ${above}`, toGroup, toHim, isResponsible: false, guests }
      })
    )
  }

  private ofDocuments(): Situation[] {
    const places = this.places()
    const atTheTop = relationCases.map(({ relation, toGroup, toHim }) => {
      const projects = relations[relation].map(projectId)
      return this.situation('documents', { place: `top ${relation}`, toGroup, toHim, isResponsible: false, projects })
    })
    const inFolders = Object.entries(places).flatMap(([name, folder]) =>
      few.flatMap(([toGroup, toHim]) =>
        (['none', 'open', 'foreign'] as const).map((relation) =>
          this.situation('documents', {
            ...{ place: `${name} ${relation}`, toGroup, toHim, isResponsible: false },
            ...{ projects: relations[relation].map(projectId), folder }
          })
        )
      )
    )
    return [...atTheTop, ...inFolders, ...holderKinds.flatMap((kind) => this.heldBy(kind, places))]
  }

  /** Documents of a call, a quote: asked for by those with the right for that kind alone, for documents alone, and for all but documents. */
  private heldBy(kind: Kind, places: Readonly<Record<string, string>>): Situation[] {
    const guests = [...this.guestsOf(kind).slice(0, 1), ...this.guestsOf('documents')]
    const isOwned = activityKinds.includes(kind)
    return this.holders(kind, guests, isOwned).flatMap(([name, id]) =>
      fewest.flatMap(([toGroup, toHim]) =>
        heldPlaces.map(([relation, place]) =>
          this.situation(
            'documents',
            {
              ...{ place: `${kind} ${name} ${relation} ${place ?? ''}`, toGroup, toHim, isResponsible: false },
              projects: relations[relation].map(projectId),
              ...(place !== undefined && { folder: places[place]! }),
              holder: { kind, id }
            },
            guests
          )
        )
      )
    )
  }

  private holders(kind: Kind, guests: readonly Guest[], isOwned: boolean): [string, string][] {
    const everybody = guests.map(({ id }) => id)
    const make = (name: string, more: Partial<Thing>): [string, string] => {
      const id = `${ours}-h-${kind.slice(0, 2)}-${name}`
      this.hidden.push({ ...plain(kind, id), projects: [projectId('open')], ...more })
      return [name, id]
    }
    const read = rightsFor('read', [group])
    return [
      make('read', { rights: read }),
      make('unsaid', {}),
      make('denied', { rights: [...read, ...rightsFor('denyRead', everybody)] }),
      make('foreign', { rights: read, projects: [projectId('foreign')] }),
      make('removed', { rights: read, isRemoved: true }),
      ...(isOwned
        ? [
            make('own', { responsible: everybody, projects: [] }),
            make('own-ended', { responsible: everybody, projects: [projectId('ended')] })
          ]
        : [])
    ]
  }
}

const heldPlaces: readonly (readonly [Relation, string?])[] = [
  ['none'],
  ['open'],
  ['foreign'],
  ['ended'],
  ['open', 'open'],
  ['open', 'closed'],
  ['none', 'below closed']
]

const allSayings = Object.keys(sayings) as Saying[]

function sayingPairs<T extends Saying>(some: readonly T[]): [T, T][] {
  return some.flatMap((toGroup) => some.map((toHim): [T, T] => [toGroup, toHim]))
}

const relationCases: readonly Case[] = (Object.keys(relations) as Relation[]).flatMap((relation) =>
  (mainRelations.includes(relation) ? sayingPairs(allSayings) : few).map(([toGroup, toHim]) => ({
    relation,
    toGroup,
    toHim
  }))
)

/** Of projects: what is said, and how many days from now they end. */
const projectCases = sayingPairs(allSayings).flatMap(([toGroup, toHim]) => [
  { toGroup, toHim, end: 'open', days: 1 },
  { toGroup, toHim, end: 'ended', days: -3 },
  { toGroup, toHim, end: 'endless', days: undefined }
])

export function projectId(name: string): string {
  return `${ours}-${name}`
}

export function plain(sort: Sort, id: string): Thing {
  return { sort, id, projects: [], responsible: [], rights: [] }
}
