/** External users: project guests with strongly restricted rights. */
import type { PorticoModule } from '../module.js'

const externalUsers: PorticoModule = { id: 'external-users', register() {} }

export default externalUsers
