/** The naive oracle of what external users may do: plain functions over plain objects, one record at a time, from the source's words.
 *  It shares nothing with our policy; its job is to disagree with it. */
import { said, type Kind, type Sort } from './table.js'

export type Right = 'read' | 'write' | 'delete'
export interface Said {
  /** The group, or the id of a guest. */
  readonly grantee: string
  readonly right: Right
  readonly effect: 'allow' | 'deny'
}
export const group = 'external'

/** A project, a folder or anything that belongs to projects. */
export interface Thing {
  readonly sort: Sort
  readonly id: string
  readonly isRemoved?: boolean
  /** Of projects: the last day, `YYYY-MM-DD`, and the zone it is a day in. */
  readonly endsOn?: string
  readonly zone?: string
  /** Ids of the projects it says it belongs to. */
  readonly projects: readonly string[]
  /** Of folders and documents: the folder it is in. */
  readonly folder?: string
  /** Of documents: the call, quote or the like whose document it is. */
  readonly holder?: { readonly kind: Kind; readonly id: string }
  /** Ids of guests. */
  readonly responsible: readonly string[]
  /** What is said of it in the object rights. */
  readonly rights: readonly Said[]
}

export interface Guest {
  readonly id: string
  readonly yes: ReadonlySet<Kind>
  /** Ids of projects. */
  readonly memberOf: ReadonlySet<string>
}

/** What the CRM calls the fields of each sort. */
export interface Shown {
  /** All that may be shown of it: the named columns, or the released fields. */
  readonly fields: Readonly<Record<Sort, readonly string[]>>
  /** Those of them that he may write where he may change a record: none that links to something. */
  readonly written: Readonly<Partial<Record<Sort, readonly string[]>>>
}

export interface Answer {
  readonly seen: boolean
  readonly opened: boolean
  readonly edited: boolean
  readonly deleted: boolean
  /** In the order of the alphabet. */
  readonly fields: readonly string[]
  readonly written: readonly string[]
}

export const nothing: Answer = { seen: false, opened: false, edited: false, deleted: false, fields: [], written: [] }

export class Town {
  private readonly byId: ReadonlyMap<string, Thing>

  constructor(readonly things: readonly Thing[]) {
    this.byId = new Map(things.map((thing) => [`${thing.sort}/${thing.id}`, thing]))
  }

  /** Undefined for what was removed, too. */
  at(sort: Sort, id: string | undefined): Thing | undefined {
    const thing = this.byId.get(`${sort}/${id}`)
    return thing?.isRemoved ? undefined : thing
  }
}

export class Oracle {
  constructor(
    protected readonly town: Town,
    /** Milliseconds since 1970. */
    protected readonly now: number,
    protected readonly shown: Shown
  ) {}

  answer(guest: Guest, thing: Thing): Answer {
    if (thing.isRemoved || !this.sees(guest, thing)) return nothing
    const opened = this.opens(thing)
    const edited = opened && this.edits(guest, thing)
    return {
      seen: true,
      opened,
      edited,
      deleted: opened && this.deletes(guest, thing),
      fields: [...this.fields(thing)].sort(),
      written: edited ? [...this.writes(thing)].sort() : []
    }
  }

  // --- object rights (T07) ---

  /** Allowed to the group or to him, and denied to neither. */
  may(guest: Guest, thing: Thing, right: Right): boolean {
    const isAllowed = this.saysTo(guest, thing, right, 'allow')
    return isAllowed && !this.isDenied(guest, thing, right)
  }

  isDenied(guest: Guest, thing: Thing, right: Right): boolean {
    return this.saysTo(guest, thing, right, 'deny')
  }

  saysTo(guest: Guest, thing: Thing, right: Right, effect: Said['effect']): boolean {
    return thing.rights.some((one) => this.means(guest, one.grantee) && one.right === right && one.effect === effect)
  }

  means(guest: Guest, grantee: string): boolean {
    return grantee === group || grantee === guest.id
  }

  // --- projects (T01, T02) ---

  isHisProject(guest: Guest, id: string): boolean {
    const project = this.town.at('projects', id)
    return (
      project !== undefined &&
      this.isMember(guest, project) &&
      this.isReadable(guest, project) &&
      !this.hasEnded(project)
    )
  }

  isMember(guest: Guest, project: Thing): boolean {
    return guest.memberOf.has(project.id)
  }

  isReadable(guest: Guest, project: Thing): boolean {
    return this.may(guest, project, 'read')
  }

  /** "Sie endet um 24:00 Uhr mit dem Enddatum des Projektes." */
  hasEnded({ endsOn, zone }: Thing): boolean {
    return endsOn !== undefined && endsOn < this.today(zone ?? 'UTC')
  }

  today(zone: string): string {
    return new Date(this.now).toLocaleDateString('sv-SE', { timeZone: zone })
  }

  isOfHisProjects(guest: Guest, thing: Thing): boolean {
    return thing.projects.some((id) => this.isHisProject(guest, id))
  }

  isOfNoProject(thing: Thing): boolean {
    return thing.projects.length === 0
  }

  // --- the table (T06) ---

  sees(guest: Guest, thing: Thing): boolean {
    const { sort } = thing
    if (sort === 'projects') return this.isHisProject(guest, thing.id)
    if (sort === 'folders') return this.seesFolders(guest) && this.isOpenFolder(guest, thing)
    switch (said(sort, this.isYes(guest, sort))) {
      case 'nothing':
        return false
      case 'headerByRight':
        return this.seesPaper(guest, thing)
      case 'header':
      case 'allRead':
        return this.isReadOfProject(guest, thing)
      case 'own':
        return this.isOwn(guest, thing)
      case 'ownAndOthers':
        return this.isOwn(guest, thing) || this.isReadOfProject(guest, thing)
      case 'held':
        return this.may(guest, thing, 'read') && this.isHeld(guest, thing)
      case 'heldAndShared':
        return this.may(guest, thing, 'read') && (this.isHeld(guest, thing) || this.isShared(guest, thing))
    }
  }

  isYes(guest: Guest, kind: Kind): boolean {
    return guest.yes.has(kind)
  }

  seesPaper(guest: Guest, thing: Thing): boolean {
    return this.isOfHisProjects(guest, thing) && this.may(guest, thing, 'read')
  }

  /** All of the project; a right that is denied takes it away. */
  isReadOfProject(guest: Guest, thing: Thing): boolean {
    return this.isOfHisProjects(guest, thing) && !this.isDenied(guest, thing, 'read')
  }

  isOwn(guest: Guest, thing: Thing): boolean {
    const isPlaced = this.isOfNoProject(thing) || this.isOfHisProjects(guest, thing)
    return this.isResponsible(guest, thing) && isPlaced && !this.isDenied(guest, thing, 'read')
  }

  isResponsible(guest: Guest, thing: Thing): boolean {
    return thing.responsible.includes(guest.id)
  }

  /** "Das Angebot lässt sich auch mit gegebenen Bearbeitungs- und Löschrechten nicht öffnen und ändern." */
  opens({ sort }: Thing): boolean {
    return !['quotes', 'orders', 'tickets', 'contracts', 'members'].includes(sort)
  }

  edits(guest: Guest, thing: Thing): boolean {
    if (thing.sort === 'documents') return this.may(guest, thing, 'write')
    return this.isActivity(thing) && this.isOwn(guest, thing) && !this.isDenied(guest, thing, 'write')
  }

  deletes(guest: Guest, thing: Thing): boolean {
    if (thing.sort === 'documents') return this.may(guest, thing, 'delete')
    return this.isActivity(thing) && this.isOwn(guest, thing) && this.may(guest, thing, 'delete')
  }

  isActivity({ sort }: Thing): boolean {
    return ['calls', 'tasks', 'notes', 'appointments'].includes(sort)
  }

  // --- documents and folders (T08) ---

  seesFolders(guest: Guest): boolean {
    return this.isYes(guest, 'documents')
  }

  /** Of a call, a quote or the like that he sees; it lies in no folder, or in one that is open to him, and belongs to no project of others. */
  isHeld(guest: Guest, document: Thing): boolean {
    const holder = document.holder && this.town.at(document.holder.kind, document.holder.id)
    const isFree = document.folder === undefined || this.isInOpenFolder(guest, document)
    return holder !== undefined && this.sees(guest, holder) && isFree && this.belongsToNoOther(guest, document)
  }

  isShared(guest: Guest, document: Thing): boolean {
    return document.folder === undefined
      ? this.isOfHisProjects(guest, document)
      : this.isInOpenFolder(guest, document) && this.belongsToNoOther(guest, document)
  }

  /** T01: what belongs to a project is his by that project alone. */
  belongsToNoOther(guest: Guest, thing: Thing): boolean {
    return this.isOfNoProject(thing) || this.isOfHisProjects(guest, thing)
  }

  isInOpenFolder(guest: Guest, document: Thing): boolean {
    const folder = this.town.at('folders', document.folder)
    return folder !== undefined && this.isOpenFolder(guest, folder)
  }

  /** "Leserecht auf einem Dokument genügt nicht, wenn der Ordner darüber kein Leserecht besetzt. Die Rechte müssen von der obersten
   *  Projektebene an vergeben werden." */
  isOpenFolder(guest: Guest, folder: Thing): boolean {
    const chain = this.upwards(folder)
    const top = chain?.findLastIndex((one) => !this.isOfNoProject(one)) ?? -1
    if (!chain || top < 0) return false
    return chain.slice(0, top + 1).every((one) => this.may(guest, one, 'read') && this.belongsToNoOther(guest, one))
  }

  /** The folder and all above it; undefined where one of them is gone, or is in itself. */
  upwards(folder: Thing): readonly Thing[] | undefined {
    const chain = [folder]
    for (let at = folder; at.folder !== undefined;) {
      const above = this.town.at('folders', at.folder)
      if (!above || chain.includes(above)) return undefined
      chain.push(above)
      at = above
    }
    return chain
  }

  // --- what is shown and written ---

  fields({ sort }: Thing): readonly string[] {
    return this.shown.fields[sort]
  }

  writes({ sort }: Thing): readonly string[] {
    return this.shown.written[sort] ?? []
  }

  // --- what he makes ---

  /** "Neue … können angelegt werden … Verknüpfungen zum Projekt oder anderen Objekten … lassen sich nicht eintragen" */
  creates(guest: Guest, draft: Pick<Thing, 'sort' | 'projects' | 'folder' | 'holder'>): boolean {
    if (draft.sort === 'documents') return this.uploads(guest, draft)
    const isActivity = ['calls', 'tasks', 'notes', 'appointments'].includes(draft.sort)
    return isActivity && draft.projects.length === 0
  }

  /** Into a folder that he reads, up to the project, and may write in. */
  uploads(guest: Guest, { projects, folder: id }: Pick<Thing, 'projects' | 'folder'>): boolean {
    const folder = this.town.at('folders', id)
    return (
      folder !== undefined &&
      this.seesFolders(guest) &&
      this.isOpenFolder(guest, folder) &&
      this.may(guest, folder, 'write') &&
      (projects.length === 0 || projects.some((one) => this.isHisProject(guest, one)))
    )
  }
}
