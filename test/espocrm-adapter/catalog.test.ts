/** EspoCRM's definitions as the catalog: modules, words in three languages, links, layouts, what is left out. */
import { expect } from 'chai'
import { existsSync } from 'node:fs'
import { locales, type Link, type Locale } from '../../src/host/catalog.js'
import { proposedSettings, worldOf } from '../../src/external-users/project-settings.js'
import { unmappedIn } from '../../src/host/espocrm/catalog.js'
import { fieldIn, layoutOf, moduleIn, recordedAnswer, recordedCatalog, recordedColumns } from './catalog-recorded.js'
import { placesOf } from './catalog-places.js'

describe("EspoCRM's catalog", () => {
  const catalog = recordedCatalog()

  it('has what people work with, custom modules included, and the staff', () => {
    expect([...catalog.modules.keys()].sort()).to.deep.equal([
      'Account',
      'CMachine',
      'Call',
      'Case',
      'Contact',
      'Document',
      'DocumentFolder',
      'Email',
      'KnowledgeBaseArticle',
      'Lead',
      'Meeting',
      'Opportunity',
      'PorticoNote',
      'PorticoProject',
      'Task',
      'User'
    ])
  })

  it('has neither notes nor attachments, nor a module that is switched off', () => {
    const changed = recordedCatalog('en', (answer) => {
      for (const name of ['Note', 'Attachment', 'Portal']) {
        answer.scopes[name] = { entity: true, object: true }
        answer.entityDefs[name] = answer.entityDefs['Task']!
        answer.orm[name] = answer.orm['Task']!
      }
      answer.scopes['Lead'] = { ...answer.scopes['Lead'], disabled: true }
      answer.scopes['Call'] = { ...answer.scopes['Call'], object: false }
    })
    const missing = [...catalog.modules.keys()].filter((name) => !changed.modules.has(name))
    expect(missing.sort()).to.deep.equal(['Call', 'Lead'])
    expect(changed.modules.size).to.equal(catalog.modules.size - 2)
    expect([...moduleIn(changed, 'Account').links.values()].filter(({ to }) => to === 'Lead')).to.deep.equal([])
  })

  it('leaves out a module that does not keep when its records were changed, with a line for the doctor', () => {
    const lacking = recordedAnswer()
    delete lacking.entityDefs['CMachine']!.fields['modifiedAt']
    const unkept = recordedAnswer()
    delete unkept.orm['CMachine']!.attributes['modifiedAt']
    for (const answer of [lacking, unkept])
      expect(unmappedIn(answer).filter(({ module }) => module === 'CMachine')).to.deep.equal([
        { module: 'CMachine', field: '', type: '', why: 'It has no field modifiedAt.' }
      ])
    expect(unmappedIn(recordedAnswer()).some(({ field }) => field === '')).to.equal(false)
  })

  it('knows where each module lives, its title, owner and feed', () => {
    const { table, live, title, owner, createdAt, modifiedAt, hasFeed } = moduleIn(catalog, 'KnowledgeBaseArticle')
    expect({ table, live, title, owner, createdAt, modifiedAt, hasFeed }).to.deep.equal({
      table: 'knowledge_base_article',
      live: { column: 'deleted', is: 0 },
      title: 'name',
      owner: 'assignedUser',
      createdAt: 'createdAt',
      modifiedAt: 'modifiedAt',
      hasFeed: false
    })
    expect(moduleIn(catalog, 'User').owner).to.equal(undefined)
    expect(moduleIn(catalog, 'Case').hasFeed).to.equal(true)
    expect(moduleIn(catalog, 'CMachine').table).to.equal('c_machine')
  })

  it('S03 knows where it stands to which teams a record belongs, where there are both', () => {
    expect(moduleIn(catalog, 'Lead').ownerGroups).to.deep.equal({
      kind: 'table',
      table: 'entity_team',
      near: 'entity_id',
      far: 'team_id',
      live: { column: 'deleted', is: 0 },
      only: [{ column: 'entity_type', is: 'Lead' }]
    })
    expect(moduleIn(catalog, 'User').ownerGroups, 'the teams one is in are no owners').to.equal(undefined)
  })

  it('gives every module an icon that there is', () => {
    for (const { icon } of catalog.modules.values()) expect(existsSync(`views/icons/${icon}.ejs`), icon).to.equal(true)
  })

  it('keeps internal records and unpublished articles inside (E10)', () => {
    expect(moduleIn(catalog, 'Case').outside).to.deep.equal([{ column: 'is_internal', is: 0 }])
    expect(moduleIn(catalog, 'CMachine').outside).to.deep.equal([{ column: 'is_internal', is: 0 }])
    expect(moduleIn(catalog, 'KnowledgeBaseArticle').outside).to.deep.equal([{ column: 'status', is: 'Published' }])
    expect(moduleIn(catalog, 'Task').outside).to.deep.equal([])
  })

  it('T06 has of an e-mail what its readers see, and none that nobody has got', () => {
    const { fields, links, unfinished, keepsOwnRules } = moduleIn(catalog, 'Email')
    expect([...fields.keys()]).to.include.members(['name', 'fromString', 'dateSent', 'body', 'attachments'])
    expect([...fields.keys()].filter((name) => /bcc|message|replied|users|assigned|is[A-Z]/.test(name))).to.deep.equal(
      []
    )
    expect([...links.keys()].filter((name) => !/^parent|^account$/.test(name))).to.deep.equal([])
    expect(unfinished!.map(({ column, is }) => `${column} ${is}`)).to.deep.equal([
      'status Draft',
      'status Sending',
      'status Failed'
    ])
    expect(keepsOwnRules).to.equal(true)
    expect(moduleIn(catalog, 'User').links.get('emails'), 'who has got it').to.equal(undefined)
    expect(moduleIn(catalog, 'Case').unfinished).to.deep.equal([])
  })

  it('T08 has the folders that records stand in, and no categories', () => {
    const { links, keepsOwnRules } = moduleIn(catalog, 'DocumentFolder')
    expect(links.get('parent')).to.deep.include({ to: 'DocumentFolder', cardinality: 'one' })
    expect(links.get('porticoProject')).to.deep.include({ to: 'PorticoProject', cardinality: 'one' })
    expect(moduleIn(catalog, 'Document').links.get('folder')).to.deep.include({ to: 'DocumentFolder' })
    expect(keepsOwnRules).to.equal(true)
    const changed = recordedCatalog('en', (answer) => {
      answer.entityDefs['Document']!.fields['folder']!.type = 'linkMultiple'
    })
    expect(changed.modules.has('DocumentFolder')).to.equal(false)
  })

  it('T01 T02 proposes the extension’s projects with all that belongs to them', () => {
    const settings = proposedSettings(catalog)!
    expect(settings).to.deep.include({
      module: 'PorticoProject',
      endDate: 'dateEnd',
      timeZone: { field: 'timeZone' },
      folders: { module: 'DocumentFolder', link: 'porticoProject', parent: 'parent', of: 'folder' },
      file: 'file'
    })
    const links = Object.entries(settings.parts).map(([kind, part]) => `${kind} ${part.module}.${part.link}`)
    expect(links).to.have.members([
      'calls Call.parentPorticoProject',
      'tasks Task.parentPorticoProject',
      'appointments Meeting.parentPorticoProject',
      'emails Email.parentPorticoProject',
      'documents Document.porticoProject',
      'members Contact.porticoProjects',
      'notes PorticoNote.porticoProject',
      'tickets Case.porticoProject'
    ])
    expect(settings.parts.tasks!.minutes).to.equal('porticoSpentMinutes')
    expect(settings.holders).to.deep.equal({
      calls: 'porticoParentCall',
      tasks: 'porticoParentTask',
      appointments: 'porticoParentMeeting',
      notes: 'porticoParentPorticoNote',
      tickets: 'porticoParentCase'
    })
    const world = worldOf(catalog, settings)!
    expect([world.parts.size, world.holders.size, world.file]).to.deep.equal([8, 5, 'file'])
    expect(
      moduleIn(catalog, 'PorticoProject')
        .fields.get('timeZone')!
        .options.map(({ value }) => value)
    ).to.include('Europe/Prague')
  })

  it('tells nobody when staff last wrote into the stream (E10)', () => {
    const names = [...catalog.modules.values()].flatMap(({ fields }) => [...fields.keys()])
    expect(names).to.include('modifiedAt').and.not.include('streamUpdatedAt')
  })

  it('names only tables and columns that EspoCRM has', () => {
    const columns = recordedColumns()
    const places = placesOf(catalog)
    expect(places.length).to.be.greaterThan(600)
    expect(places.filter(({ table, column }) => !columns[table]?.includes(column))).to.deep.equal([])
  })

  it('shows of staff no more than people need: no key, no password, no team', () => {
    expect([...moduleIn(catalog, 'User').fields.keys()].sort()).to.deep.equal([
      'contact',
      'createdAt',
      'createdBy',
      'emailAddress',
      'firstName',
      'isActive',
      'lastName',
      'middleName',
      'modifiedAt',
      'name',
      'phoneNumber',
      'salutationName',
      'title',
      'type',
      'userName'
    ])
    expect(JSON.stringify([...moduleIn(catalog, 'User').fields.values()])).not.to.match(/api_key|password/)
  })

  describe('speaks three languages', () => {
    const spoken = Object.fromEntries(locales.map((locale) => [locale, recordedCatalog(locale)]))
    const said: [what: string, (locale: Locale) => unknown, Record<Locale, string>][] = [
      ['a module', (l) => moduleIn(spoken[l]!, 'Case').label, { en: 'Case', de: 'Fall', cs: 'Událost' }],
      ['its plural', (l) => moduleIn(spoken[l]!, 'Case').labelPlural, { en: 'Cases', de: 'Fälle', cs: 'Události' }],
      [
        'a field of its own',
        (l) => fieldIn(spoken[l]!, 'Contact.firstName')!.label,
        { en: 'First Name', de: 'Vorname', cs: 'Křestní jméno' }
      ],
      [
        'a field all modules have',
        (l) => fieldIn(spoken[l]!, 'Case.createdAt')!.label,
        { en: 'Created At', de: 'Erstellt am', cs: 'Vytvořeno' }
      ],
      ['a choice', (l) => fieldIn(spoken[l]!, 'Case.status')!.options[0]!.label, { en: 'New', de: 'Neu', cs: 'Nový' }],
      [
        'a choice of another field',
        (l) => fieldIn(spoken[l]!, 'CMachine.industry')!.options.find(({ value }) => value === 'Agriculture')!.label,
        { en: 'Agriculture', de: 'Landwirtschaft', cs: 'Zemědělství' }
      ],
      [
        'a link',
        (l) => moduleIn(spoken[l]!, 'Account').links.get('contacts')!.label,
        { en: 'Contacts', de: 'Kontakte', cs: 'Kontakty' }
      ],
      [
        'a link that EspoCRM translates as a field only',
        (l) => moduleIn(spoken[l]!, 'Case').links.get('account')!.label,
        { en: 'Account', de: 'Firma', cs: 'Organizace' }
      ],
      [
        'a section of a layout',
        (l) => layoutOf(spoken[l]!, 'Account', 'detail').sections[0]!.label,
        { en: 'Overview', de: 'Überblick', cs: 'Přehled' }
      ]
    ]
    for (const [what, label, expected] of said) {
      it(`${what}`, () => {
        expect(Object.fromEntries(locales.map((locale) => [locale, label(locale)]))).to.deep.equal(expected)
      })
    }

    it('and English where EspoCRM has no other words', () => {
      for (const locale of locales) {
        const catalogHere = recordedCatalog(locale, (answer) => {
          delete answer.i18n['de_DE']!['CMachine']
          delete answer.i18n['cs_CZ']!['CMachine']
        })
        expect(fieldIn(catalogHere, 'CMachine.serial')!.label).to.equal('Serial number')
      }
    })
  })

  describe('links', () => {
    const link = (module: string, name: string): Pick<Link, 'to' | 'cardinality' | 'storage'> | undefined => {
      const found = moduleIn(catalog, module).links.get(name)
      return found && { to: found.to, cardinality: found.cardinality, storage: found.storage }
    }
    const live = { column: 'deleted', is: 0 }

    it('by a reference, and its way back', () => {
      const near = { kind: 'column', column: 'account_id', only: undefined } as const
      expect(link('CMachine', 'account')).to.deep.equal({ to: 'Account', cardinality: 'one', storage: near })
      const back = { kind: 'reverse', column: 'account_id', only: undefined } as const
      expect(link('Account', 'cMachines')).to.deep.equal({ to: 'CMachine', cardinality: 'many', storage: back })
    })

    it('one to one', () => {
      const back = { kind: 'reverse', column: 'warranty_id', only: undefined } as const
      expect(link('Document', 'cMachine')).to.deep.equal({ to: 'CMachine', cardinality: 'one', storage: back })
    })

    it('by a link table, both ways', () => {
      const table = { kind: 'table', table: 'c_machine_operator', live, only: [] } as const
      const [here, there] = [
        { near: 'c_machine_id', far: 'contact_id' },
        { near: 'contact_id', far: 'c_machine_id' }
      ]
      const storage = { ...table, ...here }
      expect(link('CMachine', 'operators')).to.deep.equal({ to: 'Contact', cardinality: 'many', storage })
      const back = { ...table, ...there }
      expect(link('Contact', 'cOperatedMachines')).to.deep.equal({ to: 'CMachine', cardinality: 'many', storage: back })
    })

    it('A24 of contacts to accounts where they still work', () => {
      const storage = { kind: 'table', table: 'account_contact', live, only: [{ column: 'is_inactive', is: 0 }] }
      expect(link('Contact', 'accounts')!.storage).to.deep.include(storage)
      expect(link('Account', 'contacts')!.storage).to.deep.include(storage)
    })

    it('by a table that serves several modules, for its own rows only', () => {
      const changed = recordedCatalog('en', (answer) => {
        answer.orm['Case']!.relations['teams'] = { ...answer.orm['Case']!.relations['teams']!, entity: 'Document' }
      })
      expect(moduleIn(changed, 'Case').links.get('teams')!.storage).to.deep.equal({
        kind: 'table',
        table: 'entity_team',
        near: 'entity_id',
        far: 'team_id',
        live,
        only: [{ column: 'entity_type', is: 'Case' }]
      })
    })

    it('by a parent of several kinds: a way for each, and the way back for its own', () => {
      const only = { column: 'parent_type', is: 'Account' }
      const near = { kind: 'column', column: 'parent_id', only } as const
      expect(link('CMachine', 'parentAccount')).to.deep.equal({ to: 'Account', cardinality: 'one', storage: near })
      const back = { kind: 'reverse', column: 'parent_id', only } as const
      expect(link('Account', 'tasks')).to.deep.equal({ to: 'Task', cardinality: 'many', storage: back })
      expect(link('CMachine', 'parentContact'), 'no contact is a parent of a machine').to.equal(undefined)
      expect(link('CMachine', 'parentNote'), 'notes are no module').to.equal(undefined)
    })

    it('back from a parent even where EspoCRM takes it for a plain reference', () => {
      const only = { column: 'parent_type', is: 'CMachine' }
      expect(link('CMachine', 'meetings')!.storage).to.deep.equal({ kind: 'reverse', column: 'parent_id', only })
    })

    it('nowhere but to modules of the catalog, and by conditions it understands', () => {
      for (const module of catalog.modules.values())
        for (const { to, name } of module.links.values())
          expect(catalog.modules.has(to), `${module.name}.${name}`).to.equal(true)
      expect(link('CMachine', 'teams')).to.equal(undefined)
      const changed = recordedCatalog('en', (answer) => {
        const relation = answer.orm['CMachine']!.relations['operators']!
        answer.orm['CMachine']!.relations['operators'] = { ...relation, conditions: { OR: [{ role: null }] } }
      })
      expect(moduleIn(changed, 'CMachine').links.get('operators')).to.equal(undefined)
    })

    it('not what is switched off', () => {
      const changed = recordedCatalog('en', (answer) => {
        answer.entityDefs['CMachine']!.links['repairs'] = { disabled: true, utility: undefined }
      })
      expect(moduleIn(changed, 'CMachine').links.has('repairs')).to.equal(false)
      expect(moduleIn(catalog, 'CMachine').links.has('repairs')).to.equal(true)
    })
  })

  describe('layouts', () => {
    it('list and detail, with the fields there are', () => {
      const list = layoutOf(catalog, 'Case', 'list')
      const detail = layoutOf(catalog, 'Case', 'detail')
      expect(list).to.deep.equal({
        name: 'list',
        kind: 'list',
        label: 'Cases',
        sections: [{ label: '', fields: ['name', 'number', 'status', 'priority', 'account', 'assignedUser'] }]
      })
      expect(detail.sections.flatMap(({ fields }) => fields)).to.deep.equal([
        'name',
        'number',
        'status',
        'account',
        'priority',
        'contact',
        'type',
        'description',
        'attachments'
      ])
    })

    it('E07 those of EspoCRM’s own portal come first, where there are some', () => {
      const names = (module: string): string[] => moduleIn(catalog, module).layouts.map(({ name }) => name)
      expect(names('Case')).to.deep.equal(['listPortal', 'detailPortal', 'list', 'detail'])
      expect(names('Account')).to.deep.equal(['list', 'detail'])
      expect(layoutOf(catalog, 'Case', 'listPortal').sections[0]?.fields).to.deep.equal([
        'name',
        'number',
        'status',
        'priority'
      ])
    })

    it('an address stands for its parts', () => {
      const detail = layoutOf(catalog, 'Contact', 'detail')
      const parts = ['addressStreet', 'addressCity', 'addressState', 'addressPostalCode', 'addressCountry']
      expect(detail.sections.flatMap(({ fields }) => fields)).to.include.members(parts)
    })

    it('a list of records stands for the reference that EspoCRM does not let stand beside it', () => {
      const fieldsOf = (module: string): string[] =>
        layoutOf(catalog, module, 'detail').sections.flatMap(({ fields }) => fields)
      expect(fieldsOf('Contact')).to.include('account')
      expect(fieldsOf('Opportunity')).to.include('contact')
    })

    it('name nothing that is not a field', () => {
      for (const { layouts, fields, name } of catalog.modules.values())
        for (const { sections } of layouts)
          for (const field of sections.flatMap((section) => section.fields))
            expect(fields.has(field), `${name}.${field}`).to.equal(true)
    })

    it('a section bears the words an administrator gave it', () => {
      const changed = recordedCatalog('de', (answer) => {
        const [panel] = answer.layouts['CMachine']!.detail
        answer.layouts['CMachine']!.detail = [{ ...panel!, customLabel: 'Typenschild' }]
      })
      expect(layoutOf(changed, 'CMachine', 'detail').sections.map(({ label }) => label)).to.deep.equal(['Typenschild'])
    })
  })

  describe('stamp', () => {
    it('is another one when the definitions are, and in each language', () => {
      const stamps = [
        catalog.stamp,
        recordedCatalog('de').stamp,
        recordedCatalog('en', (answer) => {
          answer.entityDefs['CMachine']!.fields['serial']!.maxLength = 61
        }).stamp,
        recordedCatalog('en', (answer) => {
          answer.i18n['en_US']!['CMachine']!.fields['serial'] = 'Number'
        }).stamp
      ]
      expect(new Set(stamps).size).to.equal(stamps.length)
    })

    it("is the same when EspoCRM's cache was only cleared", () => {
      const again = recordedCatalog('en', (answer) => {
        answer.cacheTimestamp++
      })
      expect(again.stamp).to.equal(catalog.stamp)
    })
  })
})
