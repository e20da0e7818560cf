/** The project settings as their pages show them. */
import type { Response } from 'express'
import type { Catalog, Module } from '../../host/catalog.js'
import type { Translate } from '../../web/locale.js'
import type { Again } from '../../web/submit.js'
import { timeZoneChoices } from '../../web/time-zones.js'
import { headerColumns, isActivity, isPaper, kinds, type Kind } from '../kinds.js'
import { fieldsOf, foldersWord, holdersOf, lostOf, possibleFolders, type Folders } from '../project-fitness.js'
import type { Part, ProjectSettings } from '../project-settings.js'
import { guestsUrl } from './frame.js'

export interface Choice {
  readonly value: string
  readonly label: string
}

/** The form, with what was typed. */
export function settingsShown(
  t: Translate,
  catalog: Catalog,
  now: ProjectSettings,
  again: Again | undefined
): Record<string, unknown> {
  const module = catalog.modules.get(now.module)!
  const documents = catalog.modules.get(now.parts.documents?.module ?? '')
  const typed = (name: string, value: string): string => String(again?.typed[name] ?? value)
  const zoneField = 'field' in now.timeZone ? now.timeZone.field : ''
  const zone = 'zone' in now.timeZone ? now.timeZone.zone : 'UTC'
  const none = { value: '', label: t('guests-admin:settings.none') }
  return {
    endDate: { options: fieldsOf(module, ['date']).map(choice), value: typed('endDate', now.endDate) },
    zoneField: {
      options: [
        { value: '', label: t('guests-admin:settings.oneZone') },
        ...fieldsOf(module, ['text', 'option']).map(choice)
      ],
      value: typed('zoneField', zoneField)
    },
    zone: { options: timeZoneChoices(zone), value: typed('zone', zone) },
    documents: documents && {
      folders: {
        options: [
          none,
          ...possibleFolders(catalog, module, documents).map((one) => folderChoice(catalog, documents, one))
        ],
        value: typed('folders', now.folders ? foldersWord(now.folders) : '')
      },
      file: { options: [none, ...fieldsOf(documents, ['files']).map(choice)], value: typed('file', now.file ?? '') },
      holders: holderChoices(catalog, now).map(({ kind, options }) => ({
        name: `holder-${kind}`,
        label: t('guests-admin:settings.holder', { kind: t(`external:kind.${kind}`) }),
        options: [none, ...options],
        value: typed(`holder-${kind}`, now.holders[kind] ?? '')
      }))
    }
  }
}

function choice({ name, label }: { readonly name: string; readonly label: string }): Choice {
  return { value: name, label }
}

function folderChoice(catalog: Catalog, documents: Module, folders: Folders): Choice {
  const module = catalog.modules.get(folders.module)!
  const links = [module.links.get(folders.link), module.links.get(folders.parent), documents.links.get(folders.of)]
  const ways = links.map((link) => link?.label ?? '').join(', ')
  return { value: foldersWord(folders), label: `${module.labelPlural} (${ways})` }
}

/** Of the kinds whose things can have documents, the links by which a document says so. */
export function holderChoices(catalog: Catalog, now: ProjectSettings): { kind: Kind; options: Choice[] }[] {
  const documents = catalog.modules.get(now.parts.documents?.module ?? '')
  if (!documents) return []
  return kinds.flatMap((kind) => {
    const holder = catalog.modules.get(now.parts[kind]?.module ?? '')
    if (!holder || !(isPaper(kind) || isActivity(kind))) return []
    const options = holdersOf(documents, holder).map(choice)
    return options.length > 0 ? [{ kind, options }] : []
  })
}

/** Each kind with what it is in this CRM. */
export function shownParts(
  t: Translate,
  res: Response,
  catalog: Catalog,
  now: ProjectSettings
): Record<string, unknown>[] {
  return kinds.map((kind) => ({
    label: t(`external:kind.${kind}`),
    url: guestsUrl(res, 'settings', 'kinds', kind),
    ...partShown(t, catalog, kind, now.parts[kind])
  }))
}

function partShown(t: Translate, catalog: Catalog, kind: Kind, part: Part | undefined): Record<string, unknown> {
  const module = catalog.modules.get(part?.module ?? '')
  if (!part || !module) return { module: undefined, missing: '', needsMinutes: false }
  const missing = (headerColumns[kind] ?? []).filter(({ id }) => !part.columns[id]?.length)
  return {
    module: module.labelPlural,
    link: module.links.get(part.link)?.label,
    missing: missing.map(({ id }) => t(`guests-admin:column.${kind}.${id}`)).join(', '),
    needsMinutes: isActivity(kind) && kind !== 'notes' && part.minutes === undefined
  }
}

/** A sentence for everything that the CRM lost. */
export function shownLost(t: Translate, catalog: Catalog, settings: ProjectSettings): string[] {
  return lostOf(catalog, settings).map(({ place, kind, name }) =>
    t(`guests-admin:lost.${place}`, { name, kind: kind === undefined ? '' : t(`external:kind.${kind}`) })
  )
}
