/** Every field type of EspoCRM: what becomes of it in the catalog, and what is left out with a line for the doctor. */
import { expect } from 'chai'
import type { Field } from '../../src/host/catalog.js'
import { unmappedIn } from '../../src/host/espocrm/catalog.js'
import type { FieldDefinition } from '../../src/host/espocrm/answers.js'
import { fieldIn, recordedAnswer, recordedCatalog } from './catalog-recorded.js'

const column = (name: string): Field['storage'] => ({ kind: 'column', column: name })
const live = { column: 'deleted', is: 0 }
const attachment = {
  kind: 'files',
  from: 'attachment',
  columns: { id: 'id', name: 'name', type: 'type', size: 'size' },
  order: 'created_at'
} as const

describe("EspoCRM's fields", () => {
  const catalog = recordedCatalog()

  /** Field, EspoCRM's type, and what the catalog says of it. */
  const mapped: [path: string, type: string, expected: Partial<Field>][] = [
    [
      'CMachine.serial',
      'varchar',
      { type: 'text', storage: column('serial'), required: true, readOnly: false, maxLength: 60 }
    ],
    ['CMachine.notes', 'text', { type: 'longText', storage: column('notes'), maxLength: undefined }],
    ['CMachine.placeStreet', 'text', { type: 'longText', storage: column('place_street'), maxLength: 255 }],
    ['CMachine.manual', 'wysiwyg', { type: 'richText', storage: column('manual'), readOnly: true }],
    [
      'CMachine.condition',
      'enum',
      {
        type: 'option',
        storage: column('condition'),
        required: false,
        default: 'New',
        options: [
          { value: 'New', label: 'As new', tone: 'good' },
          { value: 'Worn', label: 'Worn out', tone: 'warn' },
          { value: 'Broken', label: 'Broken', tone: 'bad' }
        ]
      }
    ],
    ['Case.cSeverity', 'enum', { type: 'option', required: true, default: 'Minor' }],
    ['CMachine.salutationOperator', 'enum', { type: 'text', storage: column('salutation_operator'), readOnly: true }],
    [
      'CMachine.colours',
      'multiEnum',
      {
        type: 'options',
        storage: column('colours'),
        readOnly: false,
        default: null,
        options: ['Red', 'Blue'].map((value) => ({ value, label: value, tone: 'neutral' }))
      }
    ],
    ['CMachine.checks', 'checklist', { type: 'options', storage: column('checks'), readOnly: false }],
    ['CMachine.tags', 'array', { type: 'options', storage: column('tags'), readOnly: false }],
    ['CMachine.freeTags', 'array', { type: 'options', storage: column('free_tags'), readOnly: true, options: [] }],
    ['CMachine.links', 'urlMultiple', { type: 'options', storage: column('links'), readOnly: true, options: [] }],
    ['CMachine.isLeased', 'bool', { type: 'boolean', storage: column('is_leased'), default: true }],
    ['CMachine.isInternal', 'bool', { type: 'boolean', storage: column('is_internal'), default: false }],
    ['CMachine.seats', 'int', { type: 'integer', storage: column('seats'), min: 1, max: 9, default: 2 }],
    ['CMachine.weight', 'float', { type: 'number', storage: column('weight'), decimals: 3, min: 0 }],
    ['CMachine.running', 'autoincrement', { type: 'integer', storage: column('running'), readOnly: true }],
    ['CMachine.code', 'number', { type: 'text', storage: column('code'), readOnly: true }],
    [
      'CMachine.price',
      'currency',
      { type: 'money', storage: column('price'), currency: 'priceCurrency', decimals: 2, min: 0 }
    ],
    ['CMachine.listPrice', 'currency', { type: 'money', storage: column('list_price'), currency: 'listPriceCurrency' }],
    [
      'CMachine.priceCurrency',
      'enum',
      {
        type: 'option',
        storage: column('price_currency'),
        default: 'EUR',
        options: [{ value: 'EUR', label: 'EUR', tone: 'neutral' }]
      }
    ],
    ['CMachine.homepage', 'url', { type: 'url', storage: column('homepage'), maxLength: 255 }],
    ['CMachine.bought', 'date', { type: 'date', storage: column('bought') }],
    ['CMachine.serviced', 'datetime', { type: 'datetime', storage: column('serviced') }],
    ['CMachine.due', 'datetimeOptional', { type: 'datetime', storage: column('due') }],
    ['CMachine.colour', 'colorpicker', { type: 'text', storage: column('colour'), maxLength: 7 }],
    ['CMachine.ean', 'barcode', { type: 'text', storage: column('ean') }],
    [
      'CMachine.operator',
      'personName',
      {
        type: 'text',
        storage: { kind: 'joined', columns: ['first_operator', 'last_operator'], order: 'last_operator' },
        readOnly: true
      }
    ],
    [
      'Contact.emailAddress',
      'email',
      {
        type: 'email',
        readOnly: false,
        storage: {
          kind: 'side',
          from: 'entity_email_address',
          key: 'entity_id',
          value: 'name',
          where: [{ column: 'entity_type', is: 'Contact' }, { column: 'primary', is: 1 }, live],
          through: { table: 'email_address', key: 'id', by: 'email_address_id', where: [live] }
        }
      }
    ],
    [
      'Lead.phoneNumber',
      'phone',
      {
        type: 'phone',
        storage: {
          kind: 'side',
          from: 'entity_phone_number',
          key: 'entity_id',
          value: 'name',
          where: [{ column: 'entity_type', is: 'Lead' }, { column: 'primary', is: 1 }, live],
          through: { table: 'phone_number', key: 'id', by: 'phone_number_id', where: [live] }
        }
      }
    ],
    [
      'CMachine.account',
      'link',
      { type: 'reference', storage: column('account_id'), link: 'account', readOnly: false, sortable: false }
    ],
    ['CMachine.createdBy', 'link', { type: 'reference', storage: column('created_by_id'), readOnly: true }],
    [
      'Document.cMachine',
      'linkOne',
      {
        type: 'reference',
        storage: {
          kind: 'side',
          from: 'c_machine',
          key: 'warranty_id',
          value: 'id',
          where: [live, { column: 'is_internal', is: 0 }]
        },
        link: 'cMachine',
        readOnly: true
      }
    ],
    [
      'CMachine.parentType',
      'linkParent',
      {
        type: 'option',
        label: 'Parent (Type)',
        storage: column('parent_type'),
        options: ['Account', 'Lead', 'Email'].map((value) => ({ value, label: value, tone: 'neutral' }))
      }
    ],
    [
      'CMachine.parentId',
      'linkParent',
      { type: 'text', label: 'Parent (ID)', storage: column('parent_id'), link: undefined, sortable: false }
    ],
    [
      'CMachine.parentAccount',
      'linkParent',
      {
        type: 'reference',
        label: 'Parent (Account)',
        storage: column('parent_id'),
        link: 'parentAccount',
        readOnly: true,
        required: false
      }
    ],
    [
      'CMachine.lastNameOfContact',
      'foreign',
      {
        type: 'text',
        readOnly: true,
        storage: { kind: 'side', from: 'contact', key: 'id', near: 'contact_id', value: 'last_name', where: [live] }
      }
    ],
    [
      'CMachine.accountIndustry',
      'foreign',
      {
        type: 'option',
        readOnly: true,
        storage: { kind: 'side', from: 'account', key: 'id', near: 'account_id', value: 'industry', where: [live] }
      }
    ],
    [
      'CMachine.sheet',
      'file',
      { type: 'files', readOnly: false, max: 1, storage: { ...attachment, key: 'id', near: 'sheet_id', where: [live] } }
    ],
    [
      'CMachine.photo',
      'image',
      { type: 'files', readOnly: true, storage: { ...attachment, key: 'id', near: 'photo_id', where: [live] } }
    ],
    [
      'CMachine.papers',
      'attachmentMultiple',
      {
        type: 'files',
        readOnly: true,
        storage: {
          ...attachment,
          key: 'parent_id',
          where: [{ column: 'parent_type', is: 'CMachine' }, { column: 'field', is: 'papers' }, live]
        }
      }
    ]
  ]
  for (const [path, type, expected] of mapped) {
    it(`${type}: ${path}`, () => {
      const field = fieldIn(catalog, path)
      expect(field, path).not.to.equal(undefined)
      const told = Object.fromEntries(Object.keys(expected).map((key) => [key, field![key as keyof Field]]))
      expect(told).to.deep.equal(expected)
      expect(typeOf(path)).to.equal(type)
    })
  }

  it('T06 a number of a mobile phone and of a fax is shown beside the primary one, and nobody is invited by it', () => {
    const changed = recordedCatalog('en', (answer) => {
      answer.entityDefs['Contact']!.fields['phoneNumber']!.typeList = ['Mobile', 'Office', 'Fax']
    })
    const mobile = fieldIn(changed, 'Contact.phoneNumberMobile')!
    expect(mobile).to.deep.include({ type: 'text', readOnly: true, required: false, label: 'Phone (Mobile)' })
    expect(mobile.storage).to.deep.include({
      where: [{ column: 'entity_type', is: 'Contact' }, live],
      through: {
        table: 'phone_number',
        key: 'id',
        by: 'phone_number_id',
        where: [{ column: 'type', is: 'Mobile' }, live]
      }
    })
    expect(fieldIn(changed, 'Contact.phoneNumberFax')?.type).to.equal('text')
    expect(fieldIn(changed, 'Contact.phoneNumberOffice')).to.equal(undefined)
  })

  it('T08 a date that EspoCRM’s own pages fill in is filled in for others, too', () => {
    expect(fieldIn(catalog, 'Document.publishDate')).to.deep.include({ required: true, default: null })
    expect(fieldIn(catalog, 'Document.publishDate')!.startsToday).to.equal(recordedAnswer().settings.timeZone)
    expect(fieldIn(catalog, 'Document.expirationDate')!.startsToday).to.equal(undefined)
  })

  it('an address is its parts', () => {
    const parts = ['Street', 'City', 'State', 'Country', 'PostalCode'].map((part) => `CMachine.place${part}`)
    expect(parts.filter((path) => fieldIn(catalog, path) === undefined)).to.deep.equal([])
    expect(fieldIn(catalog, 'CMachine.place')).to.equal(undefined)
  })

  it('a range is its two ends', () => {
    expect(fieldIn(catalog, 'CMachine.fromPowerRange')?.type).to.equal('number')
    expect(fieldIn(catalog, 'CMachine.toPowerRange')?.type).to.equal('number')
    expect(fieldIn(catalog, 'CMachine.powerRange')).to.equal(undefined)
  })

  it('several records are a link, no field; a converted amount is neither', () => {
    expect(fieldIn(catalog, 'CMachine.operators')).to.equal(undefined)
    expect(catalog.modules.get('CMachine')!.links.has('operators')).to.equal(true)
    expect(fieldIn(catalog, 'CMachine.priceConverted')).to.equal(undefined)
  })

  it('the order of a name is the one EspoCRM is set to', () => {
    const turned = recordedCatalog('en', (answer) => {
      const select = "NULLIF:(TRIM:(CONCAT:(IFNULL:(lastName, ''), ' ', IFNULL:(firstName, ''))), '')"
      answer.orm['Contact']!.attributes['name']!.select = { select }
    })
    const storage = { kind: 'joined', columns: ['last_name', 'first_name'], order: 'last_name' }
    expect(fieldIn(turned, 'Contact.name')!.storage).to.deep.equal(storage)
    expect(fieldIn(catalog, 'Contact.name')!.storage).to.deep.include({ columns: ['first_name', 'last_name'] })
  })

  it('whole numbers have the bounds of EspoCRM', () => {
    const [min, max] = [-2_147_483_647, 2_147_483_647]
    expect(fieldIn(catalog, 'Case.cShoeSize')).to.include({ min: 20, max: 60 })
    const bare = recordedCatalog('en', (answer) => {
      const field = answer.entityDefs['Case']!.fields['cShoeSize']!
      answer.entityDefs['Case']!.fields['cShoeSize'] = { ...field, min: undefined, max: undefined }
    })
    expect(fieldIn(bare, 'Case.cShoeSize')).to.include({ min, max })
  })

  it('nothing is shown of another record that nobody outside ever sees', () => {
    const seen = recordedCatalog('en', (answer) => {
      const machine = answer.orm['CMachine']!
      for (const [name, far] of [
        ['case', 'Case'],
        ['article', 'KnowledgeBaseArticle']
      ] as const) {
        machine.attributes[`${name}Id`] = { type: 'foreignId' }
        machine.relations[name] = { type: 'belongsTo', entity: far, key: `${name}Id` }
        answer.entityDefs['CMachine']!.fields[`${name}Name`] = { type: 'foreign', link: name, field: 'name' }
      }
    })
    const where = (field: string): unknown => {
      const { storage } = fieldIn(seen, `CMachine.${field}`)!
      return storage.kind === 'side' && storage.where
    }
    expect(where('caseName')).to.deep.equal([live, { column: 'is_internal', is: 0 }])
    expect(where('articleName')).to.deep.equal([live, { column: 'status', is: 'Published' }])
    expect(where('accountIndustry')).to.deep.equal([live])
  })

  it('exact decimals are numbers where the column is one of decimals', () => {
    const exact = recordedCatalog('en', (answer) => {
      answer.orm['CMachine']!.attributes['ratio'] = { type: 'varchar', dbType: 'decimal', scale: 6 }
    })
    expect(fieldIn(exact, 'CMachine.ratio')).to.deep.include({ type: 'number', decimals: 6 })
    expect(fieldIn(catalog, 'CMachine.ratio')).to.equal(undefined)
  })

  it('a default that is made in a page is none', () => {
    const made = withField('serial', { default: 'javascript: return this.dateTime.getToday();' })
    expect(fieldIn(made, 'CMachine.serial')!.default).to.equal(null)
    expect(fieldIn(withField('serial', { default: 'S-1' }), 'CMachine.serial')!.default).to.equal('S-1')
  })

  it('lists are searched by what EspoCRM searches in, and sorted by what has an index', () => {
    const named = (is: 'searchable' | 'sortable', module: string): string[] =>
      [...catalog.modules.get(module)!.fields.values()].filter((field) => field[is]).map(({ name }) => name)
    expect(named('searchable', 'Contact')).to.deep.equal(['name', 'emailAddress'])
    expect(named('searchable', 'Case'), 'a number is no text').to.deep.equal(['name', 'description'])
    expect(named('sortable', 'Case').sort()).to.deep.equal(['createdAt', 'number', 'status'])
    expect(named('sortable', 'CMachine').sort()).to.deep.equal(['createdAt', 'name', 'running'])
  })

  it('an index for words in the text sorts nothing', () => {
    expect(fieldIn(catalog, 'Case.name')!.sortable).to.equal(false)
  })

  describe('left out', () => {
    const lines = unmappedIn(recordedAnswer())
    const why = (path: string): string | undefined =>
      lines.find(({ module, field }) => `${module}.${field}` === path)?.why
    const assembled = 'EspoCRM puts it together when it reads a record; no column of the record holds it.'
    const unknown = 'Portico does not map fields of this type.'

    const left: [path: string, type: string, expected: string][] = [
      ['CMachine.ratio', 'decimal', unknown],
      ['CMachine.settings', 'jsonObject', unknown],
      ['CMachine.contactEmail', 'email', 'EspoCRM keeps values of this type under the name emailAddress only.'],
      ['CMachine.hotline', 'phone', 'EspoCRM keeps values of this type under the name phoneNumber only.'],
      ['CMachine.contactMail', 'foreign', 'Contact.emailAddress is no plain value in a column.'],
      ['Case.inboundEmail', 'link', 'It leads to InboundEmail, which is no module of the catalog.'],
      ['Contact.title', 'varchar', assembled],
      ['Contact.accountRole', 'varchar', assembled],
      ['Call.duration', 'duration', assembled],
      ['Call.reminders', 'jsonArray', assembled]
    ]
    for (const [path, type, expected] of left) {
      it(`${type}: ${path}`, () => {
        expect(typeOf(path)).to.equal(type)
        expect(fieldIn(catalog, path)).to.equal(undefined)
        expect(why(path)).to.equal(expected)
      })
    }

    it('with the type that EspoCRM gives it', () => {
      expect(lines.filter(({ module }) => module === 'CMachine').map(({ field, type }) => [field, type])).to.deep.equal(
        [
          ['ratio', 'decimal'],
          ['contactEmail', 'email'],
          ['hotline', 'phone'],
          ['settings', 'jsonObject'],
          ['contactMail', 'foreign']
        ]
      )
    })

    for (const type of ['enumInt', 'enumFloat', 'jsonArray', 'base', 'somethingNew']) {
      it(`${type}: never guessed`, () => {
        const answer = recordedAnswer()
        answer.entityDefs['CMachine']!.fields['serial'] = { type }
        expect(unmappedIn(answer)).to.deep.include({ module: 'CMachine', field: 'serial', type, why: unknown })
      })
    }

    const silent: [what: string, more: Partial<FieldDefinition>][] = [
      ['a password', { type: 'password' }],
      ['a field that is switched off', { disabled: true }],
      ['a field for the system', { utility: true }]
    ]
    for (const [what, more] of silent) {
      it(`${what}, without a word`, () => {
        expect(fieldIn(withField('serial', more), 'CMachine.serial')).to.equal(undefined)
        const answer = recordedAnswer()
        answer.entityDefs['CMachine']!.fields['serial'] = {
          ...answer.entityDefs['CMachine']!.fields['serial']!,
          ...more
        }
        expect(unmappedIn(answer).filter(({ field }) => field === 'serial')).to.deep.equal([])
      })
    }

    it('what another record holds in its own currency, or points to', () => {
      for (const [far, whyNot] of [
        ['createdBy', 'Account.createdBy is no plain value in a column.'],
        ['gone', 'The field that it shows can not be found.']
      ]) {
        const answer = recordedAnswer()
        answer.entityDefs['CMachine']!.fields['accountIndustry']!.field = far
        expect(unmappedIn(answer).find(({ field }) => field === 'accountIndustry')?.why).to.equal(whyNot)
      }
      const answer = recordedAnswer()
      answer.entityDefs['Account']!.fields['industry'] = { type: 'currency' }
      answer.orm['Account']!.attributes['industryCurrency'] = answer.orm['Account']!.attributes['industry']!
      expect(unmappedIn(answer).find(({ field }) => field === 'accountIndustry')?.why).to.equal(
        'Account.industry is no plain value in a column.'
      )
    })
  })
})

function withField(name: string, more: Partial<FieldDefinition>): ReturnType<typeof recordedCatalog> {
  return recordedCatalog('en', (answer) => {
    const fields = answer.entityDefs['CMachine']!.fields
    fields[name] = { ...fields[name]!, ...more }
  })
}

/** EspoCRM's type of the field that a field of the catalog was made from. */
function typeOf(path: string): string | undefined {
  const [module, field] = path.split('.') as [string, string]
  const fields = recordedAnswer().entityDefs[module]!.fields
  return (fields[field] ?? fields[field.replace(/(Type|Id|Account)$/, '')])?.type
}
