/** Conditions as sentences, in every language: what a record's explanation says of rights, trees and links (X01, T06–T08). */
import { expect } from 'chai'
import {
  all,
  descended,
  joined,
  linked,
  not,
  oneOf,
  unlinked,
  type Condition,
  type PorticoTable
} from '../../src/access/condition.js'
import { describe as told } from '../../src/access/describe.js'
import { locales } from '../../src/host/catalog.js'
import { translator } from '../../src/web/locale.js'
import { catalog } from './world-catalog.js'

const account = catalog.modules.get('Account')!

function right(name: string, effect: string, grantee: string): Condition {
  return joined('portico_object_rights', { module: 'Account', grantee, right: name, effect })
}

describe('sentences of conditions', () => {
  const english = (condition: Condition): string => told(catalog, account, condition, translator('en'))

  it('T07 say which right is meant, whether it is allowed or denied, and to whom', () => {
    expect(english(right('read', 'allow', 'external'))).to.equal('The group External may read it')
    expect(english(right('write', 'deny', 'person-1'))).to.equal('Changing it is denied to him himself')
    expect(english(not(right('delete', 'deny', 'external')))).to.equal(
      'Not so: Deleting it is denied to the group External'
    )
  })

  it('T06 T08 say what leads nowhere, and what is open from the top down', () => {
    expect(english(unlinked('parentAccount'))).to.equal('parentAccount is empty')
    expect(english(descended('parentAccount', oneOf('id', ['x']), oneOf('id', ['x'])))).to.include(
      'everything above it'
    )
  })

  it('X01 are there for every right and every table of ours, in each language, and differ', () => {
    const rights = ['read', 'write', 'delete'].flatMap((name) =>
      ['allow', 'deny'].flatMap((effect) => ['external', 'person-1'].map((grantee) => right(name, effect, grantee)))
    )
    const tables = Object.keys(ofEach).map((table) => joined(table as PorticoTable, { module: 'Account' }, 'id'))
    const conditions = [
      ...rights,
      ...tables,
      unlinked('parentAccount'),
      descended('parentAccount', all(), all()),
      linked('parentAccount', not(rights[0]!))
    ]
    for (const locale of locales) {
      const sentences = conditions.map((condition) => told(catalog, account, condition, translator(locale)))
      for (const sentence of sentences)
        expect(sentence)
          .to.match(/\S+ \S+/)
          .and.not.match(/condition\.|access:|\{\{/)
      expect(new Set(sentences).size, locale).to.equal(sentences.length)
    }
  })
})

/** Every table there is: the compiler says so. */
const ofEach: Record<PorticoTable, true> = {
  portico_authorship: true,
  portico_memberships: true,
  portico_object_rights: true,
  portico_portal_users: true,
  portico_responsible: true
}
