/** Refusals of the CRM as errors of the form whose values it refused. */
import { Invalid } from '../../../errors.js'
import { HostRefused } from '../../host.js'

/** Runs `save`; `nameInForm` says under which name a field stands in the form. @throws Invalid in place of HostRefused. */
export async function accepted<T>(
  save: () => Promise<T>,
  nameInForm: (field: string) => string = (field) => field
): Promise<T> {
  try {
    return await save()
  } catch (error) {
    if (!(error instanceof HostRefused)) throw error
    const named = Object.entries(error.fields).map(([name, reason]) => [nameInForm(name), reason] as const)
    throw new Invalid(Object.fromEntries(named))
  }
}
