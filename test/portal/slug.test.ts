import { expect } from 'chai'
import fc from 'fast-check'
import { addressOf } from '../../src/portal/module-address.js'
import { freeNames, freeSlugs, isSlug, slugOf } from '../../src/portal/portals/slug.js'

describe('the address of a portal (Z01)', () => {
  it('is made from its name, in letters that every keyboard has', () => {
    expect(slugOf('Krause & Söhne GmbH')).to.equal('krause-soehne-gmbh')
    expect(slugOf('Dvořák, s. r. o.')).to.equal('dvorak-s-r-o')
    expect(slugOf('  Straßen--Bau  ')).to.equal('strassen-bau')
  })

  it('exists for a name without letters too', () => {
    expect(slugOf('***')).to.equal('portal')
    expect(slugOf('暖房')).to.equal('portal')
  })

  it('is a slug whatever the name, except one letter alone', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        (name) => slugOf(name).length === 1 || isSlug(slugOf(name))
      )
    )
  })

  it('is refused with anything but small letters, digits and single hyphens', () => {
    expect(isSlug('acme-2')).to.equal(true)
    for (const wrong of ['a', 'Acme', 'acme--2', '-acme', 'acme-', 'ac me', 'acmé', 'a'.repeat(41), ''])
      expect(isSlug(wrong), wrong).to.equal(false)
  })
})

describe('a taken address', () => {
  it('comes with three free proposals', () => {
    const taken = new Set(['acme', 'acme-customers', 'acme-2'])
    expect(freeSlugs('acme', (slug) => taken.has(slug))).to.deep.equal(['acme-portal', 'acme-service', 'acme-3'])
  })

  it('Z01 so does a taken name', () => {
    const taken = new Set(['Acme', 'Acme 3'])
    expect(freeNames('Acme ', (name) => taken.has(name))).to.deep.equal(['Acme 2', 'Acme 4', 'Acme 5'])
  })

  it('has proposals that are slugs, however long it is', () => {
    const long = 'a'.repeat(40)
    expect(freeSlugs(long, () => false))
      .to.have.length(3)
      .and.satisfy((slugs: string[]) => slugs.every(isSlug))
  })
})

describe('a module in an address', () => {
  it('is written in small letters with hyphens', () => {
    expect(addressOf('Case')).to.equal('case')
    expect(addressOf('KnowledgeArticle')).to.equal('knowledge-article')
    expect(addressOf('CMachineURL')).to.equal('c-machine-url')
  })
})
