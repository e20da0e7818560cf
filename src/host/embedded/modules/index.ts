/** The modules the embedded CRM comes with, in the order of its navigation. */
import type { ModuleDefinition } from '../definition.js'
import { inventoryModules } from './inventory.js'
import { projectModules } from './projects.js'
import { relationModules } from './relations.js'
import { salesModules } from './sales.js'
import { supportModules } from './support.js'

export const modules: readonly ModuleDefinition[] = [
  ...relationModules,
  ...salesModules,
  ...inventoryModules,
  ...supportModules,
  ...projectModules
]
