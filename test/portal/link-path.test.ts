import { expect } from 'chai'
import { brokenAt, leadsTo, linkPaths, linksTyped, pathNamed } from '../../src/portal/link-path.js'
import { recordedCatalog } from '../espocrm-adapter/catalog-recorded.js'
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

  it('go up the record’s lookups and then over people and companies, not over what merely names them both', () => {
    const espo = recordedCatalog()
    const found = linkPaths(espo, 'Case', 'Contact').map(({ name }) => name)
    expect(found).to.include.members(['Case.contacts', 'Case.account.contacts', 'Case.cMachine.account.contacts'])
    expect(found.filter((name) => /calls|meetings|tasks|documents|opportunities/i.test(name))).to.deep.equal([])
    expect(found.length).to.be.at.most(30)
    expect(leadsTo(espo, 'Case', ['account', 'meetings', 'contacts'], 'Contact'), 'typed all the same').to.equal(true)
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

  it('are typed by name, of up to six links, and one that breaks says where', () => {
    const at = (text: string): ReturnType<typeof brokenAt> =>
      brokenAt(catalog, 'Case', linksTyped(text, 'Case'), 'Contact')
    expect(linksTyped(' Case.account . contacts ', 'Case')).to.deep.equal(['account', 'contacts'])
    expect(at('Case.account.contacts.account.contacts.account.contacts')).to.equal(undefined)
    expect(at('Case.account.contacts.account.contacts.account.contacts.account')).to.deep.equal({ why: 'long' })
    expect(at('account.kontakte')).to.deep.include({ why: 'link', link: 'kontakte' })
    expect(at('account')).to.deep.include({ why: 'end' })
    expect(at('')).to.deep.include({ why: 'end' })
    expect(leadsTo(catalog, 'Case', Array(7).fill('account'), 'Contact')).to.equal(false)
  })

  it('have words for one that is not offered, and none for one that is gone', () => {
    const path = ['contact', 'account', 'cases', 'contact']
    expect(pathNamed(catalog, 'Case', path)?.label).to.equal('Contact › Account › Cases › Contact')
    expect(pathNamed(catalog, 'Case', ['contact', 'gone'])).to.equal(undefined)
    expect(pathNamed(catalog, 'Case', [])).to.equal(undefined)
  })
})
