/** Who of Thermovia's staff sees whose records: leads and deals are Sales' own, mails their writers', everything else is public among the staff. */
import type { Context } from '../src/context.js'
import type { Embedded } from '../src/embedded.js'
import { applyNow } from '../src/global-sharing/application.js'
import { stage } from '../src/global-sharing/draft.js'
import type { Level, Model, ModuleRights } from '../src/global-sharing/model.js'
import type { Staff } from '../src/host/host.js'
import { staff } from './cast.js'

/** Products and articles may be shown to customers, too. */
const levels: readonly (readonly [string, Level])[] = [
  ['Lead', 'private'],
  ['Deal', 'private'],
  ['Email', 'private'],
  ['Account', 'public-edit'],
  ['Contact', 'public-edit'],
  ['Case', 'public-edit'],
  ['Product', 'public-read'],
  ['KnowledgeArticle', 'public-read'],
  ['Quote', 'public-read'],
  ['Order', 'public-read'],
  ['Invoice', 'public-read'],
  ['Contract', 'public-read'],
  ['Project', 'public-edit'],
  ['Task', 'public-edit'],
  ['Call', 'public-edit'],
  ['Appointment', 'public-edit'],
  ['Document', 'public-edit'],
  ['Folder', 'public-edit'],
  ['Vendor', 'public-read']
]

const defaults: Model['defaults'] = Object.fromEntries(levels.map(([module, level]) => [module, { level }]))
const all: ModuleRights = { view: true, create: true, edit: true, delete: true }

/** The group of the CRM that leads can be assigned to before one of Sales takes them. */
const salesTeam = 'sales-team'

/** Grace's role has Frank's and Ben's below it; Ben works on the deals of all Sales, and deletes nothing. Support sees neither leads nor deals. */
function organization(model: Model): Model {
  return {
    ...model,
    defaults,
    profiles: {
      ...model.profiles,
      assistant: {
        name: 'Assistant',
        description: 'Works for others: writes, but deletes nothing.',
        viewAll: false,
        editAll: false,
        modules: { '*': { ...all, delete: false } }
      }
    },
    roles: {
      management: { name: 'Management', parent: null, profiles: ['standard'] },
      'head-of-sales': { name: 'Head of Sales', parent: 'management', profiles: ['standard'] },
      sales: { name: 'Sales', parent: 'head-of-sales', profiles: ['standard'] },
      'sales-assistant': { name: 'Sales assistant', parent: 'head-of-sales', profiles: ['assistant'] },
      support: { name: 'Support', parent: 'management', profiles: ['standard'] }
    },
    people: {
      [staff.irena.id]: 'management',
      [staff.grace.id]: 'head-of-sales',
      [staff.frank.id]: 'sales',
      [staff.ben.id]: 'sales-assistant',
      [staff.petra.id]: 'support'
    },
    groups: {
      [salesTeam]: {
        name: 'Sales team',
        description: 'Everybody in Sales: leads that nobody has taken yet belong to it.',
        hostGroup: salesTeam,
        members: [{ kind: 'tree', id: 'head-of-sales' }]
      }
    },
    rules: {
      'deals-for-the-assistant': {
        module: 'Deal',
        from: { kind: 'tree', id: 'head-of-sales' },
        to: { kind: 'role', id: 'sales-assistant' },
        write: true,
        criteria: [],
        related: []
      }
    }
  }
}

/** Does nothing to people, roles and rules of an administrator: it is called for a new demo world only. */
export async function seedSharing({ crm, portico: { context } }: Embedded, by: Staff): Promise<void> {
  const isThere = (await crm.groups.list()).some(({ id }) => id === salesTeam)
  if (!isThere) await crm.groups.create('Sales team', salesTeam)
  await put(context, by)
  await crm.store.system.change('Lead', 'karel', { assignedGroup: salesTeam })
}

async function put(context: Context, by: Staff): Promise<void> {
  await stage(context, by, {
    action: 'sharing.defaults-changed',
    subject: 'sharing:defaults',
    part: (model) => model.defaults,
    change: organization
  })
  await applyNow(context, by)
}
