/** What the pages of a user type's set-up share: what they are about, their addresses, and how far the set-up is. */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import type { Catalog } from '../../host/catalog.js'
import {
  configuration,
  setUpSteps,
  type Configuration,
  type Release,
  type SetUpStep,
  type UserType
} from '../configuration.js'
import { portalById } from '../portals/portals.js'
import { userTypeById } from '../user-types/releases.js'
import { inOrder, stepOf } from '../user-types/set-up.js'
import { primaryLabel } from '../user-types/user-types.js'
import { adminUrl } from './frame.js'

/** A user type, and what is around it. */
export interface Place {
  readonly all: Configuration
  readonly catalog: Catalog
  readonly userType: UserType
}

/** @throws NotFound */
export async function placeOf(context: Context, req: Request): Promise<Place> {
  const all = await configuration(context.db)
  return {
    all,
    catalog: await context.host.catalog(req.locale),
    userType: userTypeById(all, String(req.params['type']))
  }
}

/** In the order in which they are gone through, without those that the CRM no longer has. */
export function chosenIn(catalog: Catalog, userType: UserType): Release[] {
  return inOrder(catalog, userType).filter(({ module }) => catalog.modules.has(module))
}

/** Labels of fields and modules in messages are in the reader's language. */
export function readerOf(req: Request): Request['staff'] {
  return { ...req.staff, locale: req.locale }
}

export function typeUrl(res: Response, id: string): string {
  return adminUrl(res, 'user-types', id)
}

export function setUpUrl(res: Response, id: string, step?: SetUpStep | 'type'): string {
  return adminUrl(res, 'user-types', id, 'set-up', ...(step ? [step] : []))
}

export function fieldsUrl(res: Response, id: string, module: string): string {
  return adminUrl(res, 'user-types', id, 'set-up', 'fields', module)
}

/** What all pages of the wizard print: where they belong, and how far the set-up is. */
export function frameOf(res: Response, { all, catalog, userType }: Place): Record<string, unknown> {
  const portal = portalById(all, userType.portalId)
  const here = stepOf(catalog, userType)
  const reached = userType.setUp === undefined ? setUpSteps.length : setUpSteps.findIndex((step) => step === here)
  return {
    portal: { name: portal.name, url: adminUrl(res, portal.id) },
    userType: {
      name: userType.name,
      revision: userType.revision,
      isInSetUp: userType.setUp !== undefined,
      isBuiltIn: userType.isBuiltIn,
      primary: primaryLabel(catalog, userType),
      url: typeUrl(res, userType.id)
    },
    steps: (['type', ...setUpSteps] as const).map((step, index) => ({
      step,
      url: setUpUrl(res, userType.id, step),
      isDone: reached < 0 || index <= reached
    })),
    listUrl: adminUrl(res)
  }
}
