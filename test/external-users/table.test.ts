/** The source's table of modules on the embedded CRM (T01, T05–T08). */
import { expect } from 'chai'
import { eachDatabase } from '../support/databases.js'
import { openGuestHost } from './table-embedded.js'
import { tableOfModules } from './table-suite.js'
import { kinds, lineOf, table } from './table.js'

describe('the table of modules', () => {
  it('T06 has the lines of the source, and all of them', () => {
    const names = kinds.map((kind) => lineOf(kind).german)
    expect(names).to.deep.equal(
      'Angebote,Anrufe,Aufgaben,Aufträge,E-Mail,Gemeinsame Dokumente,Kontakte/Mitglieder,Notizen,Termine,Tickets,Verträge'.split(
        ','
      )
    )
    expect(kinds.map((kind) => table[kind].no).join()).to.equal(
      'nothing,own,own,nothing,nothing,held,nothing,own,own,nothing,nothing'
    )
  })
})

eachDatabase((open, engine) => tableOfModules(() => openGuestHost(open), engine === 'sqlite' ? 80 : 40))
