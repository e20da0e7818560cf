import type { IncomingMessage } from 'node:http'
import cookieParser from 'cookie-parser'
import type { Request, Response } from 'express'
import supertest from 'supertest'
import { createApp } from '../../src/app.js'
import type { Host } from '../../src/host/host.js'
import { hostContract } from '../host-contract/contract.js'
import type { Fixture, Opened } from '../host-contract/fixture.js'
import { onEspocrm, sleep, type Live } from './live.js'
import { Made } from './made.js'
import { makeProbe, probe } from './probe.js'
import { openInstallation, ticketFor, type Installation } from './service.js'
import { letPorticoUse, makeStaff, setActive, type Cast } from './staff.js'
import { rememberIntegration, setSwitches } from './switches.js'

onEspocrm('EspoCRM', (live) => {
  hostContract('EspoCRM', () => openForContract(live()))
})

async function openForContract(live: Live): Promise<Opened> {
  const putBack = await rememberIntegration(live.admin)
  await makeProbe(live.admin)
  await letPorticoUse(live, probe, 'Contact', 'Task')
  await setSwitches(live.admin, {})
  const made = new Made(live.admin)
  let ahead = 0
  const start = (): Promise<Installation> => openInstallation(live, { now: () => Date.now() + ahead })
  let installation = await start()
  const cast = await makeStaff(live)
  const cookies = await signInAll(live, installation, cast)
  await setActive(live, cast.gone, false)
  return {
    fixture: fixtureFor(cast),
    get host() {
      return noting(installation.host, made)
    },
    async reopen() {
      await installation.close()
      installation = await start()
      return noting(installation.host, made)
    },
    /** EspoCRM's own clock can't be moved: it gets a moment, so that its seconds differ. */
    async pass(seconds) {
      ahead += seconds * 1000
      await sleep(1100)
    },
    setSwitches: (switches) => setSwitches(live.admin, switches),
    requestBy: (staffId) => requestWith(cookies.get(staffId ?? '')),
    async close() {
      await installation.close()
      await made.remove()
      await putBack()
    }
  }
}

/** Everybody's session, begun by a real ticket. */
async function signInAll(live: Live, installation: Installation, cast: Cast): Promise<Map<string, string>> {
  const app = createApp(installation)
  const cookies = new Map<string, string>()
  for (const member of Object.values(cast)) {
    const { pathname, search } = new URL(await ticketFor(live, member, '/portico/admin/portals'), live.url)
    const response = await supertest(app).get(pathname + search)
    cookies.set(
      member.id,
      [response.get('Set-Cookie') ?? []]
        .flat()
        .map((one) => one.split(';')[0])
        .join('; ')
    )
  }
  return cookies
}

/** A request as it comes to our pages: with its cookies read. */
function requestWith(cookie: string | undefined): IncomingMessage {
  const request = { headers: { cookie } }
  cookieParser()(request as Request, {} as Response, () => undefined)
  return request as unknown as IncomingMessage
}

/** The host, with a note of what it makes. */
function noting(host: Host, made: Made): Host {
  return {
    ...host,
    async save(change, by) {
      const id = await host.save(change, by)
      return change.id === undefined ? made.note(change.module, id) : id
    }
  }
}

function fixtureFor(cast: Cast): Fixture {
  return {
    staff: { ...cast, hidden: 'Account' },
    module: probe,
    values: { name: 'Kessler Heating' },
    required: 'name',
    fields: {
      text: { field: 'place', value: 'Brno', kept: 'Brno', refused: { value: 7, key: 'errors.field.text' } },
      longText: {
        field: 'notes',
        value: 'One line\r\nand another',
        kept: 'One line\nand another',
        refused: { value: 7, key: 'errors.field.text' }
      },
      email: {
        field: 'emailAddress',
        value: 'Info@Kessler.example',
        kept: 'Info@Kessler.example',
        refused: { value: 'info@', key: 'errors.field.email' }
      },
      phone: {
        field: 'phoneNumber',
        value: '+4930901820',
        kept: '+4930901820',
        refused: { value: '1'.repeat(256), key: 'errors.field.tooLong' }
      },
      url: {
        field: 'website',
        value: 'https://kessler.example/a',
        kept: 'https://kessler.example/a',
        refused: { value: 'javascript:alert(1)', key: 'errors.field.url' }
      },
      option: {
        field: 'stage',
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
      integer: { field: 'seats', value: 120, kept: 120, refused: { value: 1.5, key: 'errors.field.number' } },
      number: {
        field: 'rating',
        value: 1.0005,
        kept: 1.001,
        refused: { value: Number.NaN, key: 'errors.field.number' }
      },
      money: {
        field: 'turnover',
        value: 1_250_000.5,
        kept: 1_250_000.5,
        refused: { value: '12', key: 'errors.field.number' }
      },
      boolean: { field: 'isNice', value: true, kept: 1, refused: { value: 'no', key: 'errors.field.option' } },
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
      module: 'Contact',
      values: { firstName: 'Anna', lastName: 'Nováková' },
      nameField: 'name',
      name: 'Anna Nováková',
      address: 'emailAddress',
      number: 'phoneNumber',
      reference: 'cProbe',
      back: 'people'
    },
    files: { module: probe, values: { name: 'Kessler Heating' }, one: 'plan', several: 'attachments' },
    many: { link: 'partners', back: 'cPartnerOf' },
    child: {
      module: 'Task',
      values: (parentId) => ({
        name: 'Ring up',
        parentType: probe,
        parentId,
        assignedUser: cast.administrator.id
      }),
      link: 'parentCPorticoProbe',
      back: 'tasks'
    }
  }
}
