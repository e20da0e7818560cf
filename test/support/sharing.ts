/** Global sharing for tests: what is set here is in force at once, as an administrator set it. */
import { applyNow } from '../../src/global-sharing/application.js'
import { stage } from '../../src/global-sharing/draft.js'
import type { Level, Model } from '../../src/global-sharing/model.js'
import type { TestApp } from './app.js'

/** Sets organization-wide defaults of these modules; the others keep theirs (S04). */
export function setDefaults(app: TestApp, levels: Readonly<Record<string, Level>>): Promise<void> {
  const wanted = Object.entries(levels).map(([module, level]) => [module, { level }] as const)
  return setModel(app, (model) => ({ ...model, defaults: { ...model.defaults, ...Object.fromEntries(wanted) } }))
}

/** Changes the model by a pure function. */
export async function setModel({ embedded }: TestApp, change: (model: Model) => Model): Promise<void> {
  const { context } = embedded.portico
  const irena = (await embedded.host.staffById('irena'))!
  const part = (model: Model): Model => model
  await stage(context, irena, { action: 'sharing.defaults-changed', subject: 'sharing:model', part, change })
  await applyNow(context, irena)
}
