/** What the forms of the project settings share. */
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import type { Catalog } from '../../host/catalog.js'
import { fitting } from '../project-fitness.js'
import { keptSettings, proposedSettings, type ProjectSettings } from '../project-settings.js'

/** Of the kept or the proposed ones, what the CRM has. */
export async function settingsInForce(context: Context, catalog: Catalog): Promise<ProjectSettings | undefined> {
  const meant = (await keptSettings(context.db)).settings ?? proposedSettings(catalog)
  return meant && fitting(catalog, meant)
}

/** What was chosen of what is there; undefined for nothing. @throws Invalid for anything else */
export function offered(
  name: string,
  typed: Readonly<Record<string, string | undefined>>,
  choices: readonly string[]
): string | undefined {
  const value = typed[name] ?? ''
  if (value !== '' && !choices.includes(value)) throw notOffered(name)
  return value === '' ? undefined : value
}

export function notOffered(name: string): Invalid {
  return new Invalid({ [name]: { key: 'errors.field.option' } })
}
