import { expect } from 'chai'
import { leadsTo, linkPaths } from '../../src/portal/link-path.js'
import { catalog, withoutLink } from './catalog.js'

const names = (from: string, to: string): string[] => linkPaths(catalog, from, to).map((path) => path.name)

describe('the links by which a module is related (Z05, Z12)', () => {
  it('are every lookup, every multi-lookup and every way of up to three links, short ones first', () => {
    const found = names('Case', 'Contact')
    expect(found.slice(0, 2)).to.deep.equal(['Case.contact', 'Case.contacts'])
    expect(found).to.include('Case.account.contacts')
    expect(found).to.include('Case.contact.account.contacts')
    expect(found.map((name) => name.split('.').length)).to.satisfy((lengths: number[]) =>
      lengths.every((length, i) => length <= 4 && length >= (lengths[i - 1] ?? 0))
    )
  })

  it('lead back to the primary module itself too: its colleagues', () => {
    expect(names('Contact', 'Contact')).to.include('Contact.account.contacts')
  })

  it('never go over the staff who own records', () => {
    const all = [...catalog.modules.keys()].flatMap((module) => linkPaths(catalog, module, 'Contact'))
    expect(all.length).to.be.greaterThan(20)
    expect(all.filter(({ links }) => links.includes('assignedUser') || links.includes('createdBy'))).to.deep.equal([])
  })

  it('never come back to where they were on the way', () => {
    expect(names('Case', 'Contact')).not.to.include('Case.contact.cases.contact')
  })

  it('are named in the reader’s words', () => {
    expect(linkPaths(catalog, 'Case', 'Contact').find(({ name }) => name === 'Case.account.contacts')?.label).to.match(
      /^Account › /
    )
  })

  it('count only while they lead there', () => {
    expect(leadsTo(catalog, 'Case', ['account', 'contacts'], 'Contact')).to.equal(true)
    expect(leadsTo(catalog, 'Case', ['account'], 'Contact')).to.equal(false)
    expect(leadsTo(catalog, 'Case', [], 'Contact')).to.equal(false)
    expect(leadsTo(withoutLink('Account', 'contacts'), 'Case', ['account', 'contacts'], 'Contact')).to.equal(false)
  })
})
