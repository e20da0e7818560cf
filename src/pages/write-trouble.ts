/** What brings a form back when a write was refused: the reasons, by input or for the whole. */
import { Invalid, PorticoError } from '../errors.js'
import { HostSilent, HostUnavailable, type FieldError } from '../host/host.js'
import type { Translate } from '../web/locale.js'

/** Why a form is shown again. */
export interface Trouble {
  readonly status?: number
  /** By the name of the input. */
  readonly errors?: Readonly<Record<string, FieldError>>
  readonly notice?: string
}

/** Undefined for what other values can't mend. */
export function troubleOf(t: Translate, error: unknown): Trouble | undefined {
  if (error instanceof Invalid) return { status: error.status, errors: error.fields }
  if (error instanceof HostSilent) return { status: 503, notice: t('portal:form.silent') }
  if (error instanceof HostUnavailable) return { status: 503, notice: t('portal:form.unavailable') }
  const isMendable = error instanceof PorticoError && (error.key === 'errors.outOfScope' || error.status === 409)
  return isMendable ? { status: error.status, notice: t(error.key, error.args) } : undefined
}
