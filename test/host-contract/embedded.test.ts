import type { IncomingMessage } from 'node:http'
import { openDatabase } from '../../src/db/open-database.js'
import type { Crm } from '../../src/host/embedded/crm.js'
import { embeddedHost } from '../../src/host/embedded/host.js'
import type { Host, Staff } from '../../src/host/host.js'
import { temporaryFolder } from '../support/child-process.js'
import { eachDatabase, type OpenDatabase } from '../support/databases.js'
import { hostContract } from './contract.js'
import type { Fixture, Opened } from './fixture.js'
import { Clock, openTestCrm } from './open-embedded.js'

eachDatabase((open, engine) => hostContract(`the embedded CRM on ${engine}`, () => openForContract(open)))

async function openForContract(open: OpenDatabase): Promise<Opened> {
  const { url, db } = await open()
  await db.destroy()
  const clock = new Clock()
  const filesFolder = temporaryFolder('files')
  const start = (): Promise<Crm> => openTestCrm(openDatabase(url), { clock, filesFolder })
  let crm = await start()
  const fixture: Fixture = { ...sample, staff: await makeStaff(crm) }
  return {
    fixture,
    get host() {
      return hostOf(crm)
    },
    async reopen() {
      await crm.close()
      crm = await start()
      return hostOf(crm)
    },
    pass: (seconds) => Promise.resolve(clock.pass(seconds)),
    setSwitches: (switches) => crm.settings.saveSwitches(switches),
    requestBy: (staffId) => ({ headers: { 'x-staff': staffId } }) as unknown as IncomingMessage,
    close: () => crm.close()
  }
}

/** The tests' requests name their sender in a header; sessions are the business of the pages. */
function hostOf(crm: Crm): Host {
  const staffOf = async (req: IncomingMessage): Promise<Staff | undefined> => {
    const id = req.headers['x-staff']
    const staff = typeof id === 'string' ? await crm.users.find(id) : undefined
    return staff?.isActive ? staff : undefined
  }
  return embeddedHost(crm, { staffOf })
}

async function makeStaff(crm: Crm): Promise<Fixture['staff']> {
  const password = 'a password for tests'
  const make = crm.users.create
  const administrator = await make({ userName: 'vera', name: 'Věra Černá', password, isAdministrator: true })
  const clerk = await make({ userName: 'karl', name: 'Karl', password, permissions: ['manage-portals'] })
  const gone = await make({ userName: 'gustav', name: 'Gustav', password, isActive: false })
  return { administrator: { id: administrator, name: 'Věra Černá' }, clerk: { id: clerk }, gone: { id: gone } }
}

const sample: Omit<Fixture, 'staff'> = {
  module: 'Company',
  values: { name: 'Kessler Heating' },
  required: 'name',
  fields: {
    text: { field: 'city', value: 'Brno', kept: 'Brno', refused: { value: 7, key: 'errors.field.text' } },
    longText: {
      field: 'about',
      value: 'One line\r\nand another',
      kept: 'One line\nand another',
      refused: { value: 'x'.repeat(50_001), key: 'errors.field.tooLong' }
    },
    email: {
      field: 'email',
      value: 'info@kessler.example',
      kept: 'info@kessler.example',
      refused: { value: 'info@', key: 'errors.field.email' }
    },
    phone: {
      field: 'phone',
      value: '+49 30 1',
      kept: '+49 30 1',
      refused: { value: '1'.repeat(41), key: 'errors.field.tooLong' }
    },
    url: {
      field: 'website',
      value: 'https://kessler.example/a',
      kept: 'https://kessler.example/a',
      refused: { value: 'javascript:alert(1)', key: 'errors.field.url' }
    },
    option: {
      field: 'status',
      value: 'Customer',
      kept: 'Customer',
      refused: { value: 'customer', key: 'errors.field.option' }
    },
    options: {
      field: 'tags',
      value: ['Air', 'Heating'],
      kept: '["Heating","Air"]',
      refused: { value: ['Water'], key: 'errors.field.option' }
    },
    integer: { field: 'employees', value: 120, kept: 120, refused: { value: 1.5, key: 'errors.field.number' } },
    number: { field: 'rating', value: 1.0005, kept: 1.001, refused: { value: Number.NaN, key: 'errors.field.number' } },
    money: {
      field: 'turnover',
      value: 1_250_000.5,
      kept: 1_250_000.5,
      refused: { value: '12', key: 'errors.field.number' }
    },
    boolean: { field: 'isHidden', value: true, kept: 1, refused: { value: 'no', key: 'errors.field.option' } },
    date: {
      field: 'founded',
      value: '1999-12-31',
      kept: '1999-12-31',
      refused: { value: '2026-02-30', key: 'errors.field.date' }
    },
    datetime: {
      field: 'calledAt',
      value: '2026-03-29 02:30:00',
      kept: '2026-03-29 02:30:00',
      refused: { value: '2026-03-29T02:30:00Z', key: 'errors.field.date' }
    }
  },
  person: {
    module: 'Person',
    values: { firstName: 'Anna', lastName: 'Nováková' },
    nameField: 'name',
    name: 'Anna Nováková',
    address: 'email',
    number: 'phone',
    reference: 'company',
    back: 'people'
  },
  many: { link: 'partners', back: 'partnerOf' },
  child: {
    module: 'Todo',
    values: (parentId) => ({ subject: 'Ring up', parentType: 'Company', parentId }),
    link: 'parentCompany',
    back: 'todos'
  },
  files: { module: 'Company', values: { name: 'Kessler Heating' }, one: 'logo', several: 'papers' }
}
