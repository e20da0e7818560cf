/** `portico invite`. */
import { PorticoError } from '../errors.js'
import { configuration, userTypesOf } from '../portal/configuration.js'
import { invite } from '../portal/people/invitations.js'
import { portalOf } from './portal-of.js'
import { languageOf, say, withInstallation } from './terminal.js'

interface Options {
  readonly portal: string
  readonly by: string
  readonly userType: string
  readonly language: string
}

export async function inviteOne(module: string, recordId: string, options: Options): Promise<void> {
  await withInstallation(async ({ staffByUserName, portico: { context } }) => {
    const portal = await portalOf(context, options.portal)
    const userType = userTypesOf(await configuration(context.db), portal.id).find(
      (type) => type.name === options.userType
    )
    if (!userType)
      throw new PorticoError('errors.commandLine.userType', {
        status: 404,
        args: { name: options.userType, portal: portal.name }
      })
    const staff = await staffByUserName(options.by)
    if (!staff?.isActive)
      throw new PorticoError('errors.commandLine.staff', { status: 404, args: { name: options.by } })
    await invite(context, { module, recordId, userTypeId: userType.id, language: languageOf(options.language) }, staff)
    await context.mail.deliver()
    say('The invitation is on its way.')
  })
}
