/** What a form showed, what was typed and what is there now (A28). */
import { expect } from 'chai'
import { meet, seenMark } from '../../src/pages/seen.js'

const shown = { subject: 'Old', tags: ['a', 'b'], text: 'One.\r\nTwo. ' }
const mark = seenMark(shown)

describe('a form that comes back', () => {
  it('is taken as it is while the record says what it showed, blanks and the order of options aside', () => {
    const typed = { subject: 'Mine', tags: ['b', 'a'], text: 'One.\nTwo.' }
    expect(meet(typed, shown, mark)).to.deep.equal({ typed, changed: new Map() })
    expect(meet(typed, { ...shown, tags: ['b', 'a'] }, mark).changed.size).to.equal(0)
  })

  it('keeps what he typed and takes over what he left alone, where others changed it', () => {
    const now = { subject: 'New', tags: ['a'], text: shown.text }
    const { typed, changed } = meet({ subject: 'Mine', tags: ['a', 'b'], text: 'One.\nTwo.' }, now, mark)
    expect(typed).to.deep.equal({ subject: 'Mine', tags: ['a'], text: 'One.\nTwo.' })
    expect([...changed]).to.deep.equal([
      ['subject', 'touched'],
      ['tags', 'untouched']
    ])
  })

  it('clears no field that it did not show', () => {
    const { typed, changed } = meet({ ...shown, released: '' }, { ...shown, released: 'since then' }, mark)
    expect(typed['released']).to.equal('since then')
    expect(changed.size).to.equal(0)
  })

  it('is taken for what is there now where it says nothing of what it showed', () => {
    const typed = { ...shown, subject: 'Mine' }
    expect(meet(typed, { ...shown, subject: 'New' }, undefined)).to.deep.equal({ typed, changed: new Map() })
  })

  it('a mark says nothing of the values themselves', () => {
    expect(mark).not.to.include('Old').and.not.to.include('One')
  })
})
