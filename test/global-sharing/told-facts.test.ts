import { expect } from 'chai'
import type { Context } from '../../src/context.js'
import { toldTo } from '../../src/global-sharing/admin/told-facts.js'
import type { RecordFacts } from '../../src/global-sharing/reasons.js'
import type { Staff } from '../../src/host/host.js'

const grace = { id: 'grace' } as Staff
const untold = (key: string, args?: Record<string, string | number>): string => `${key} ${String(args?.['module'])}`

/** A host that shows these records and no others. */
function showing(...ids: readonly string[]): Context {
  return { host: { allows: async (_: Staff, __: string, ___: string, id: string) => ids.includes(id) } } as never
}

function facts(name: string, id: string, behind: Record<string, readonly RecordFacts[]> = {}): RecordFacts {
  const module = { name, labelPlural: `${name}s` }
  return { module, id, title: `The ${id}`, behind: new Map(Object.entries(behind)) } as never
}

/** A line item of an invoice of an account. */
const item = facts('InvoiceItem', 'item', {
  invoice: [facts('Invoice', 'invoice', { account: [facts('Account', 'nordwind')] })]
})

function titles({ title, behind }: RecordFacts): string[] {
  return [title, ...[...behind.values()].flat().flatMap(titles)]
}

describe('what the reasons on a page tell of a record’s parents', () => {
  it('S11 are their names, where the CRM shows them to who asks', async () => {
    const told = await toldTo(showing('invoice', 'nordwind'), grace, untold, item)
    expect(titles(told)).to.deep.equal(['The item', 'The invoice', 'The nordwind'])
  })

  it('S11 is no name of what the CRM hides from him, however far up', async () => {
    const told = await toldTo(showing('invoice'), grace, untold, item)
    expect(titles(told)).to.deep.equal(['The item', 'The invoice', 'answers:record.untold Accounts'])
    const nothing = await toldTo(showing(), grace, untold, item)
    expect(titles(nothing)).to.deep.equal([
      'The item',
      'answers:record.untold Invoices',
      'answers:record.untold Accounts'
    ])
  })
})
