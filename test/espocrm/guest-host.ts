/** The running EspoCRM as a host of the source's table: what it calls what the source names, written by hand. */
import { Readable } from 'node:stream'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import type { Host } from '../../src/host/host.js'
import type { Names, OpenGuestHost } from '../external-users/table-world.js'
import { empty, release } from '../external-users/table-world.js'
import { Made } from './made.js'
import { paperTypes, makePapers } from './papers.js'
import type { Live } from './live.js'
import { openInstallation } from './service.js'
import { letPorticoUse, makeStaff } from './staff.js'
import { setSwitches } from './switches.js'

const activity = ['createdAt', 'name', 'description']

const espoNames: Names = {
  modules: {
    projects: 'PorticoProject',
    folders: 'DocumentFolder',
    quotes: 'CQuote',
    calls: 'Call',
    tasks: 'Task',
    orders: 'COrder',
    emails: 'Email',
    documents: 'Document',
    members: 'Contact',
    notes: 'PorticoNote',
    appointments: 'Meeting',
    tickets: 'Case',
    contracts: 'CContract'
  },
  project: { endDate: 'dateEnd', timeZone: 'timeZone' },
  toProject: {
    folders: 'porticoProject',
    quotes: 'project',
    calls: 'parentPorticoProject',
    tasks: 'parentPorticoProject',
    orders: 'project',
    emails: 'parentPorticoProject',
    documents: 'porticoProject',
    members: 'porticoProjects',
    notes: 'porticoProject',
    appointments: 'parentPorticoProject',
    tickets: 'porticoProject',
    contracts: 'project'
  },
  toFolder: { folders: 'parent', documents: 'folder' },
  toHolder: {
    quotes: 'porticoParentCQuote',
    calls: 'porticoParentCall',
    tasks: 'porticoParentTask',
    orders: 'porticoParentCOrder',
    notes: 'porticoParentPorticoNote',
    appointments: 'porticoParentMeeting',
    tickets: 'porticoParentCase',
    contracts: 'porticoParentCContract'
  },
  fields: {
    projects: ['name', 'status', 'dateEnd', 'description'],
    folders: ['name'],
    // Nummer, Datum, Ablaufdatum, Kontakt, Kurzbeschreibung, Betrag, Betrag intervall, Angebotsart, Status
    quotes: ['number', 'date', 'validUntil', 'contact', 'name', 'amount', 'recurringAmount', 'type', 'status'],
    calls: [...activity, 'status', 'dateStart', 'dateEnd'],
    tasks: [...activity, 'status', 'dateEnd'],
    // Auftragsnummer, Beginn, Fälligkeit, Kontakt, Betreff, Auftragsvolumen, Bearbeitungsstand
    orders: ['number', 'startDate', 'dueDate', 'contact', 'name', 'amount', 'progress'],
    emails: ['name', 'fromString', 'dateSent', 'body'],
    documents: ['name', 'description', 'modifiedAt'],
    // Kontakt, Kategorie, E-Mail, Telefon, Mobiltelefon, Fax, Anschrift
    members: [
      ...['name', 'accountType', 'emailAddress', 'phoneNumber', 'phoneNumberMobile', 'phoneNumberFax'],
      ...['addressStreet', 'addressPostalCode', 'addressCity', 'addressCountry']
    ],
    notes: activity,
    appointments: [...activity, 'status', 'dateStart', 'dateEnd'],
    // Ticketnummer, Betreff, Zuständigkeit, Status, Priorität; EspoCRM's cases are due on no day
    tickets: ['number', 'name', 'assignedUser', 'status', 'priority'],
    // Nummer, Abschluss, Kontakt, Kurzbeschreibung, Einmalzahlung, Zahlung Intervall, Vertragsart, gekündigt, Fälligkeit
    contracts: [
      ...['number', 'concludedOn', 'contact', 'name', 'oneTimeAmount', 'recurringAmount'],
      ...['type', 'cancelledOn', 'dueDate']
    ]
  },
  written: {
    calls: ['name', 'description', 'status', 'dateStart', 'dateEnd'],
    tasks: ['name', 'description', 'status', 'dateEnd'],
    notes: ['name', 'description'],
    appointments: ['name', 'description', 'status', 'dateStart', 'dateEnd'],
    documents: ['name', 'description']
  },
  linksAsText: ['parentId', 'parentType', 'porticoParentId', 'porticoParentType'],
  file: 'file',
  fresh: {
    calls: { name: 'New', dateStart: '2024-05-01 12:00:00', dateEnd: '2024-05-01 13:00:00' },
    tasks: { name: 'New' },
    notes: { name: 'New' },
    appointments: { name: 'New', dateStart: '2024-05-01 12:00:00', dateEnd: '2024-05-01 13:00:00' },
    documents: { name: 'New' }
  }
}

/** With quotes, orders and contracts of an administrator's own. What was made goes with `close`. */
export async function openEspoGuests(live: Live): Promise<OpenGuestHost> {
  await makePapers(live.admin)
  await letPorticoUse(live, ...paperTypes)
  const cast = await makeStaff(live)
  await setSwitches(live.admin, { 'external-users': true })
  const { espo, definitions, portico, close } = await openInstallation(live)
  await definitions.refresh()
  const made = new Made(live.admin)
  const { context } = portico
  const host: OpenGuestHost = {
    kernel: { ...context.kernel, host: noting(context.host, made) },
    db: espo.db,
    catalog: await context.host.catalog('en'),
    names: espoNames,
    contact: { module: 'Contact', recordId: await made.make('Contact', { lastName: 'Guest' }) },
    inviter: cast.administrator.id,
    async newFiles() {
      const content = Readable.from(['plan'])
      const file = await context.host.files.write({ name: 'plan.txt', type: 'text/plain', content }, { kind: 'system' })
      return { file: [made.note('Attachment', file.id)] }
    },
    always: {},
    now: context.now(),
    async close() {
      await empty(host)
      await espo.db('portico_external_fields').delete()
      await raiseConfigurationVersion(espo.db)
      await made.remove()
      await close()
    }
  }
  await release(host)
  return host
}

/** The host, with a note of what is made. */
function noting(host: Host, made: Made): Host {
  return {
    ...host,
    async save(change, by) {
      const id = await host.save(change, by)
      return change.id === undefined ? made.note(change.module, id) : id
    }
  }
}
