/** Which forms visitors find at a portal: released ones, of user types that people can be invited to (Z32). */
import type { Context } from '../../context.js'
import type { Catalog, Field, Locale, Module } from '../../host/catalog.js'
import { configuration, userTypesOf, type Portal, type UserType } from '../configuration.js'
import { countByStatus } from '../people/portal-users.js'
import { accessForms, type AccessForm } from './access-forms.js'
import { fieldsAsked } from './form-fields.js'

/** A form, ready to be filled in. */
export interface OpenForm {
  readonly portal: Portal
  readonly userType: UserType
  readonly form: AccessForm
  /** The primary module. */
  readonly module: Module
  readonly address: Field
  readonly fields: readonly Field[]
}

/** The open forms of a portal, labelled in the visitor's language. */
export async function openForms(context: Context, portal: Portal, locale: Locale): Promise<OpenForm[]> {
  const released = [...(await accessForms(context.db)).values()].filter(({ isReleased }) => isReleased)
  if (released.length === 0) return []
  const types = userTypesOf(await configuration(context.db), portal.id).filter(({ setUp }) => setUp === undefined)
  const catalog = await context.host.catalog(locale)
  return released.flatMap((form) => openForm(catalog, portal, types, form))
}

function openForm(catalog: Catalog, portal: Portal, types: readonly UserType[], form: AccessForm): OpenForm[] {
  const userType = types.find(({ id }) => id === form.userTypeId)
  const asked = userType && fieldsAsked(catalog, userType, form)
  return asked ? [{ portal, userType, form, ...asked }] : []
}

/** As many are active as the limit allows: nobody can be let in now (Z03). */
export async function isFull(context: Context, userType: UserType): Promise<boolean> {
  const { invited, confirmed } = await countByStatus(context.db, userType.id)
  return invited + confirmed >= context.config.limits.activeUsersPerType
}
