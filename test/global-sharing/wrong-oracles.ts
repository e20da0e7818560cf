/** Oracles that got one rule wrong: the generated models must tell each of them from the right one. */
import type { Rule } from '../../src/global-sharing/model.js'
import { SharingOracle, type Deed } from './oracle.js'
import type { Thing } from './things.js'

type Wrong = new (...given: ConstructorParameters<typeof SharingOracle>) => SharingOracle

export const wrongOracles: Readonly<Record<string, Wrong>> = {
  'S01 overriding privileges reached into forbidden modules': class extends SharingOracle {
    protected override right(person: string, module: string, right: Deed | 'create'): boolean {
      return super.right(person, module, right) || (right !== 'create' && this.isPrivileged(person, right))
    }
  },
  'S01 edit all let him delete': class extends SharingOracle {
    protected override isPrivileged(person: string, deed: Deed): boolean {
      return super.isPrivileged(person, deed === 'delete' ? 'edit' : deed)
    }
  },
  'S02 people of the same role saw each other’s records': class extends SharingOracle {
    protected override isSuperior(person: string, other: string): boolean {
      return super.isSuperior(person, other) || this.isSameRole(person, other)
    }
  },
  'S02 subordinates saw the records of their superiors': class extends SharingOracle {
    protected override isSuperior(person: string, other: string): boolean {
      return super.isSuperior(person, other) || super.isSuperior(other, person)
    }
  },
  'S03 a group owned what belongs to a person': class extends SharingOracle {
    protected override isHis(person: string, thing: Thing): boolean {
      return super.isHis(person, thing) || super.isHis(person, { ...thing, owner: null })
    }
  },
  'S03 superiors were in the groups of their people': class extends SharingOracle {
    protected override isIn(
      person: string,
      set: { kind: string; id: string },
      within: readonly string[] = []
    ): boolean {
      return super.isIn(person, set, within) || (set.kind === 'user' && this.isSuperior(person, set.id))
    }
  },
  'S04 a module without a default were public': class extends SharingOracle {
    protected override level(module: string): string {
      return module in this.model.defaults ? super.level(module) : 'public-read'
    }
  },
  'S05 a rule let him delete': class extends SharingOracle {
    protected override isShared(person: string, deed: Deed, thing: Thing): boolean {
      return super.isShared(person, deed === 'delete' ? 'edit' : deed, thing)
    }
  },
  'S05 a rule to read let him write': class extends SharingOracle {
    protected override isShared(person: string, deed: Deed, thing: Thing): boolean {
      return super.isShared(person, deed === 'edit' ? 'view' : deed, thing)
    }
  },
  'S05 criteria were passed over': class extends SharingOracle {
    protected override speaksOf(rule: Rule, thing: Thing): boolean {
      return super.speaksOf({ ...rule, criteria: [] }, thing)
    }
  },
  'S05 a rule from a group left out what the group owns': class extends SharingOracle {
    protected override speaksOf(rule: Rule, thing: Thing): boolean {
      return thing.owner !== null && super.speaksOf(rule, thing)
    }
  },
  'S06 related records needed no right on their parent’s module': class extends SharingOracle {
    private isRelating = false

    protected override right(person: string, module: string, right: Deed | 'create'): boolean {
      return this.isRelating || super.right(person, module, right)
    }

    protected override isRelated(person: string, deed: Deed, thing: Thing, rule: Rule): boolean {
      this.isRelating = true
      const isRelated = super.isRelated(person, deed, thing, rule)
      this.isRelating = false
      return isRelated
    }
  },
  'S06 records followed what is in the recycle bin': class extends SharingOracle {
    protected override others(thing: Thing, link: string): Thing[] {
      return this.things.filter(
        (other) => super.others(thing, link).includes(other) || (other.removed && thing.links[link]?.includes(other.id))
      )
    }
  },
  'S06 nothing followed': class extends SharingOracle {
    protected override follows(): boolean {
      return false
    }
  }
}
