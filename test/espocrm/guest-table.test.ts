/** The source's table of modules on the running EspoCRM, with quotes, orders and contracts of an administrator's own (T01, T05–T08). */
import { tableOfModules } from '../external-users/table-suite.js'
import { openEspoGuests } from './guest-host.js'
import { onEspocrm } from './live.js'

onEspocrm('EspoCRM for external users', (live) => tableOfModules(() => openEspoGuests(live()), 60))
