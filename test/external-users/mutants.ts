/** Oracles that are wrong on purpose, each in one way that somebody could build: the questions must notice every one of them. */
import { Oracle, type Guest, type Said, type Thing } from './oracle.js'
import type { Kind } from './table.js'

type Mutant = typeof Oracle

export const mutants: Readonly<Record<string, Mutant>> = {
  'a right denied to the group loses against one given to him': class extends Oracle {
    override isDenied(guest: Guest, thing: Thing, right: Said['right']): boolean {
      const his = thing.rights.filter((one) => one.grantee === guest.id && one.right === right)
      return his.length > 0 ? his[0]!.effect === 'deny' : super.isDenied(guest, thing, right)
    }
  },
  'nothing is ever denied': class extends Oracle {
    override isDenied(): boolean {
      return false
    }
  },
  'rights of others count for him': class extends Oracle {
    override means(): boolean {
      return true
    }
  },
  'rights of the group do not count': class extends Oracle {
    override means(guest: Guest, grantee: string): boolean {
      return grantee === guest.id
    }
  },
  'being responsible beats a right denied': class extends Oracle {
    override isOwn(guest: Guest, thing: Thing): boolean {
      return this.isResponsible(guest, thing) && (this.isOfNoProject(thing) || this.isOfHisProjects(guest, thing))
    }
  },
  'everybody in the project is responsible': class extends Oracle {
    override isResponsible(): boolean {
      return true
    }
  },
  'his activities of ended and foreign projects are seen': class extends Oracle {
    override isOwn(guest: Guest, thing: Thing): boolean {
      return this.isResponsible(guest, thing) && !this.isDenied(guest, thing, 'read')
    }
  },
  'his activities without a project are not seen': class extends Oracle {
    override isOwn(guest: Guest, thing: Thing): boolean {
      return this.isOfHisProjects(guest, thing) && super.isOwn(guest, thing)
    }
  },
  'activities of others are changed, too': class extends Oracle {
    override edits(guest: Guest, thing: Thing): boolean {
      return super.edits(guest, thing) || (this.isActivity(thing) && !this.isDenied(guest, thing, 'write'))
    }
  },
  'activities of others need a read right': class extends Oracle {
    override isReadOfProject(guest: Guest, thing: Thing): boolean {
      return super.isReadOfProject(guest, thing) && (!this.isActivity(thing) || this.may(guest, thing, 'read'))
    }
  },
  'his own activities are deleted without a right': class extends Oracle {
    override deletes(guest: Guest, thing: Thing): boolean {
      return super.deletes(guest, thing) || (this.isActivity(thing) && this.isOwn(guest, thing))
    }
  },
  'the header is opened by those who may write': class extends Oracle {
    override opens(thing: Thing): boolean {
      return super.opens(thing) || thing.rights.some((one) => one.right === 'write' && one.effect === 'allow')
    }
  },
  'papers need no right': class extends Oracle {
    override seesPaper(guest: Guest, thing: Thing): boolean {
      return this.isOfHisProjects(guest, thing) && !this.isDenied(guest, thing, 'read')
    }
  },
  'papers that may be written may be read': class extends Oracle {
    override seesPaper(guest: Guest, thing: Thing): boolean {
      return this.isOfHisProjects(guest, thing) && (this.may(guest, thing, 'read') || this.may(guest, thing, 'write'))
    }
  },
  'one yes is a yes for all': class extends Oracle {
    override isYes(guest: Guest): boolean {
      return guest.yes.size > 0
    }
  },
  'no is yes': class extends Oracle {
    override isYes(guest: Guest, kind: Kind): boolean {
      return !guest.yes.has(kind)
    }
  },
  'membership is enough for a project': class extends Oracle {
    override isReadable(): boolean {
      return true
    }
  },
  'the right is enough for a project': class extends Oracle {
    override isMember(): boolean {
      return true
    }
  },
  'projects do not end': class extends Oracle {
    override hasEnded(): boolean {
      return false
    }
  },
  'projects end a day too early': class extends Oracle {
    override hasEnded({ endsOn, zone }: Thing): boolean {
      return endsOn !== undefined && endsOn <= this.today(zone ?? 'UTC')
    }
  },
  'what belongs to several projects needs all of them': class extends Oracle {
    override isOfHisProjects(guest: Guest, thing: Thing): boolean {
      return thing.projects.length > 0 && thing.projects.every((id) => this.isHisProject(guest, id))
    }
  },
  'documents need no right of their own': class extends Oracle {
    override may(guest: Guest, thing: Thing, right: Said['right']): boolean {
      return thing.sort === 'documents' ? !this.isDenied(guest, thing, right) : super.may(guest, thing, right)
    }
  },
  'the folder of a document is not asked': class extends Oracle {
    override isInOpenFolder(guest: Guest, document: Thing): boolean {
      return super.isInOpenFolder(guest, document) || this.isOfHisProjects(guest, document)
    }
  },
  'the folders above a folder are not asked': class extends Oracle {
    override upwards(folder: Thing): readonly Thing[] | undefined {
      return [folder]
    }
  },
  'folders above the project must be readable, too': class extends Oracle {
    override isOpenFolder(guest: Guest, folder: Thing): boolean {
      const chain = this.upwards(folder) ?? []
      return super.isOpenFolder(guest, folder) && chain.every((one) => this.may(guest, one, 'read'))
    }
  },
  'a folder without a project interrupts the chain': class extends Oracle {
    override upwards(folder: Thing): readonly Thing[] | undefined {
      const chain = super.upwards(folder)
      const end = chain?.findIndex((one) => this.isOfNoProject(one)) ?? -1
      return end > 0 ? chain?.slice(0, end) : chain
    }
  },
  'documents of a call, a quote need no call, no quote': class extends Oracle {
    override isHeld(guest: Guest, document: Thing): boolean {
      return document.holder !== undefined && this.belongsToNoOther(guest, document)
    }
  },
  'documents of a call may be of a foreign project': class extends Oracle {
    override belongsToNoOther(): boolean {
      return true
    }
  },
  'folders are seen without the module right': class extends Oracle {
    override seesFolders(): boolean {
      return true
    }
  },
  'links are written as any other field': class extends Oracle {
    override writes(thing: Thing): readonly string[] {
      return this.fields(thing)
    }
  }
}
