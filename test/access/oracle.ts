/** The naive oracle: it loads all rows and evaluates conditions, grants and policies in plain JS, by definition, one row at a time.
 *  It shares no code with the kernel; its job is to disagree. */
import type { Condition, Operator } from '../../src/access/condition.js'
import type { Action, Grant, ModulePolicy } from '../../src/access/grant.js'
import type { Filter, ListQuery, Reference, TallyGroup, TallyQuery, Value } from '../../src/access/record.js'
import type { Person } from '../../src/access/viewer.js'
import type { Catalog, Field, Link, Module, Scalar } from '../../src/host/catalog.js'
import type { FieldValue } from '../../src/host/host.js'
import type { Row, Rows } from './world-rows.js'

/** A row that does not exist yet, or not like this. */
export interface Hypothetical {
  readonly isNew: boolean
  readonly authorId: string
  readonly links: Readonly<Record<string, readonly string[]>>
}

export interface Seen {
  readonly id: string
  readonly values: Readonly<Record<string, Value>>
  readonly mayOpen: boolean
}

/** What a write comes to: `done`, or the name of the error class. */
export type Outcome = 'done' | 'NotFound' | 'Forbidden' | 'Invalid'

/** Who writes, and the record that stands for him. */
export type Author = Pick<Person, 'id' | 'invitedBy' | 'module' | 'recordId'>

/** Where each text of a sortable field stands in the database's own order of texts. */
export type Ranks = ReadonlyMap<string, ReadonlyMap<string, number>>

export class Oracle {
  private readonly policies: ReadonlyMap<string, ModulePolicy>

  constructor(
    private readonly catalog: Catalog,
    private readonly rows: Rows,
    policies: readonly ModulePolicy[],
    private readonly ranks: Ranks
  ) {
    this.policies = new Map(policies.map((policy) => [policy.module, policy]))
  }

  module(name: string): Module {
    return this.catalog.modules.get(name)!
  }

  rowsOf(name: string): readonly Row[] {
    return this.rows[this.module(name).table] ?? []
  }

  row(name: string, id: string): Row | undefined {
    return this.rowsOf(name).find((row) => row['id'] === id)
  }

  // --- lists ---

  /** The whole list, in order; `undefined` where the question itself is refused. */
  list(
    name: string,
    query: ListQuery,
    within?: { module: string; id: string; link: string }
  ): readonly Seen[] | undefined {
    const view = this.grants(name, 'view')
    const lookups = within ? this.lookupsOf(within, name) : undefined
    if (!this.mayAsk(name, query, lookups)) return undefined
    const scope = within ? this.farIds(within) : undefined
    const rows = this.rowsOf(name).filter(
      (row) =>
        (scope === undefined || scope.has(String(row['id']))) &&
        this.stands(name, row) &&
        view.some((grant) => showsOneOf(grant, lookups) && this.admits(name, row, grant, query))
    )
    return this.inOrder(name, rows, query.sort).map((row) => this.seenInList(name, row, query))
  }

  // --- tallies ---

  /** The newest `cap` records in question, grouped one by one; undefined where the question is refused. */
  tally(name: string, query: TallyQuery, cap: number, timeZone: string): TallyGroup[] | undefined {
    const module = this.module(name)
    const filter = query.filter ?? []
    if (!this.mayTally(name, query)) return undefined
    const showing = this.showingAll(name, query)
    const rows = this.rowsOf(name).filter(
      (row) => this.stands(name, row) && showing.some((grant) => this.admits(name, row, grant, { filter }))
    )
    const sum = module.fields.get(query.sum ?? '')
    const groups = new Map<string, TallyGroup>()
    for (const row of this.inOrder(name, rows, undefined).slice(0, cap)) {
      const value = this.groupOf(name, module.fields.get(query.by)!, row, query.period ?? 'month', timeZone)
      const currency = this.currencyIn(name, row, sum)
      const key = JSON.stringify([value, currency])
      const known = groups.get(key) ?? { value, currency, count: 0, sum: sum && 0 }
      const amount = sum ? Number(this.valueOf(name, row, sum) ?? 0) : 0
      groups.set(key, { ...known, count: known.count + 1, sum: sum && known.sum! + amount })
    }
    return [...groups.values()]
  }

  private mayTally(name: string, query: TallyQuery): boolean {
    const module = this.module(name)
    const by = module.fields.get(query.by)
    const sum = module.fields.get(query.sum ?? '')
    const isSeen = (field: string): boolean => this.grants(name, 'view').some((grant) => grant.fields.includes(field))
    if (!usedBy(query).every(isSeen)) return false
    if (!['option', 'boolean', 'reference', 'date', 'datetime'].includes(by!.type) || by!.name === module.owner)
      return false
    if (sum && !['integer', 'number', 'money'].includes(sum.type)) return false
    const fits = (query.filter ?? []).every((one) => mayCompare(module.fields.get(one.field)!, one))
    return fits || this.showingAll(name, query).length === 0
  }

  private showingAll(name: string, query: TallyQuery): Grant[] {
    return this.grants(name, 'view').filter((grant) => usedBy(query).every((field) => grant.fields.includes(field)))
  }

  private groupOf(name: string, by: Field, row: Row, period: string, timeZone: string): Value {
    const value = this.shown(name, by, row)
    if (value === null || value === '') return null
    if (by.type !== 'date' && by.type !== 'datetime') return value
    const day =
      by.type === 'date'
        ? String(value)
        : new Date(`${String(value).replace(' ', 'T')}Z`).toLocaleDateString('sv-SE', { timeZone })
    const [year, month] = day.split('-')
    if (period === 'month') return `${year}-${month}`
    return period === 'year' ? year! : `${year}-Q${Math.floor((Number(month) - 1) / 3) + 1}`
  }

  private currencyIn(name: string, row: Row, sum: Field | undefined): string | undefined {
    if (sum?.currency === undefined) return undefined
    const amount = this.moneyIn(name, row, sum, 0)
    return typeof amount === 'object' && amount !== null && 'currency' in amount ? amount.currency : undefined
  }

  /** Every view grant must show the field sorted by, some one must show each field filtered by; values must fit. */
  private mayAsk(name: string, query: ListQuery, lookups: string[] | undefined): boolean {
    const module = this.module(name)
    const view = this.grants(name, 'view')
    const { sort } = query
    const sortField = sort && module.fields.get(sort.field)
    if (
      sort &&
      !(
        sortField?.sortable &&
        !['reference', 'richText', 'files'].includes(sortField.type) &&
        view.every((grant) => grant.fields.includes(sort.field))
      )
    )
      return false
    return (query.filter ?? []).every((filter) => {
      const field = module.fields.get(filter.field)
      if (!field || !view.some((grant) => grant.fields.includes(filter.field))) return false
      const isNeeded = view.some((grant) => showsOneOf(grant, lookups) && this.meets(grant, query))
      return !isNeeded || mayCompare(field, filter)
    })
  }

  /** Whether the grant shows all that is filtered by. */
  private meets(grant: Grant, query: ListQuery): boolean {
    return (query.filter ?? []).every((filter) => grant.fields.includes(filter.field))
  }

  private admits(name: string, row: Row, grant: Grant, query: ListQuery): boolean {
    const filters = query.filter ?? []
    if (!filters.every((filter) => grant.fields.includes(filter.field))) return false
    if (!this.holds(name, row, grant.when)) return false
    if (!filters.every((filter) => this.passes(name, row, filter))) return false
    return wordsOf(query.search).every((word) => this.findsWord(name, row, grant, word))
  }

  /** A reference is compared as far as it is shown: one whose record he does not see is there, but which it is stays unknown. */
  private passes(name: string, row: Row, filter: Filter): boolean {
    const field = this.module(name).fields.get(filter.field)!
    const value = this.valueOf(name, row, field)
    if (field.type === 'reference' && (filter.operator === '=' || filter.operator === '≠')) {
      if (this.titleAcross(name, field, value) === undefined) return false
    }
    return compares(field, value, filter.operator, filter.value)
  }

  private findsWord(name: string, row: Row, grant: Grant, word: string): boolean {
    return grant.fields.some((fieldName) => {
      const field = this.module(name).fields.get(fieldName)
      if (!field?.searchable || field.type === 'richText') return false
      const value = this.valueOf(name, row, field)
      return value !== null && fold(String(value)).includes(fold(word))
    })
  }

  private inOrder(name: string, rows: readonly Row[], sort: ListQuery['sort']): Row[] {
    const field = sort?.field ?? this.module(name).createdAt
    const ranks = this.ranks.get(`${name}.${field}`)!
    const direction = (sort?.descending ?? true) ? -1 : 1
    const rank = (row: Row): number => ranks.get(String(row['id']))!
    return [...rows].sort((a, b) => direction * (rank(a) - rank(b) || (String(a['id']) < String(b['id']) ? -1 : 1)))
  }

  private seenInList(name: string, row: Row, query: ListQuery): Seen {
    const module = this.module(name)
    const wanted =
      query.fields ??
      module.layouts.find((layout) => layout.kind === 'list')!.sections.flatMap((section) => section.fields)
    const matching = this.grants(name, 'view').filter((grant) => this.holds(name, row, grant.when))
    const shown = [...module.fields.keys()].filter(
      (field) =>
        module.fields.get(field)!.type !== 'files' &&
        (field === module.title || wanted.includes(field)) &&
        matching.some((grant) => grant.fields.includes(field))
    )
    return {
      id: String(row['id']),
      values: this.shownValues(name, row, shown),
      mayOpen: matching.some((grant) => grant.actions.includes('open'))
    }
  }

  // --- one record ---

  /** What `find` shows: fields, actions, writable fields; undefined for what does not exist for him. */
  find(
    name: string,
    id: string
  ): { values: Seen['values']; may: ReadonlySet<Action>; writable: ReadonlySet<string> } | undefined {
    const row = this.row(name, id)
    const module = this.module(name)
    if (!row || !this.stands(name, row)) return undefined
    const matching = (this.policies.get(name)?.grants ?? []).filter((grant) => this.holds(name, row, grant.when))
    const opening = matching.filter((grant) => grant.actions.includes('open'))
    if (opening.length === 0) return undefined
    const shown = [...module.fields.keys()].filter((field) => opening.some((grant) => grant.fields.includes(field)))
    const editing = matching.filter((grant) => grant.actions.includes('edit')).flatMap((grant) => grant.fields)
    return {
      values: this.shownValues(name, row, shown),
      may: new Set(matching.flatMap((grant) => grant.actions)),
      writable: new Set(
        editing.filter((field) => mayBeWritten(module.fields.get(field)) || takesFiles(module.fields.get(field)))
      )
    }
  }

  isVisible(name: string, row: Row): boolean {
    return this.stands(name, row) && this.grants(name, 'view').some((grant) => this.holds(name, row, grant.when))
  }

  private shownValues(name: string, row: Row, fields: readonly string[]): Record<string, Value> {
    const module = this.module(name)
    return Object.fromEntries(fields.map((field) => [field, this.shown(name, module.fields.get(field)!, row)]))
  }

  private shown(name: string, field: Field, row: Row): Value {
    if (field.type === 'files') return this.filesIn(row, field)
    const value = this.valueOf(name, row, field)
    if (value === null) return null
    if (field.type === 'money' && field.currency !== undefined) return this.moneyIn(name, row, field, Number(value))
    if (field.type === 'boolean') return value === 1
    if (field.type === 'options') return listOf(value)
    if (field.type !== 'reference') return value
    const title = this.titleAcross(name, field, value)
    const to = this.module(name).links.get(field.link!)!.to
    if (title !== undefined) return { module: to, id: String(value), title }
    const unseen: Reference = { module: to, id: '', title: this.nameAcross(name, field, value) }
    return unseen
  }

  /** The bare title of a record that is there, where all that shows the reference only names it (T06). */
  private nameAcross(name: string, field: Field, id: Scalar): string | undefined {
    const showing = [...new Set([...this.grants(name, 'view'), ...this.grants(name, 'open')])].filter((grant) =>
      grant.fields.includes(field.name)
    )
    if (!showing.every((grant) => grant.named?.includes(field.name))) return undefined
    const target = this.module(this.module(name).links.get(field.link!)!.to)
    const row = this.rowsOf(target.name).find((candidate) => candidate['id'] === id)
    if (target.name === 'User' || !row || !this.stands(target.name, row)) return undefined
    const title = this.valueOf(target.name, row, target.fields.get(target.title)!)
    return title === null ? undefined : String(title)
  }

  /** A code of three letters, or none: a currency field may hold anything. */
  private moneyIn(name: string, row: Row, field: Field, amount: number): Value {
    const holder = this.module(name).fields.get(field.currency!)
    const code = holder ? String(this.valueOf(name, row, holder)) : ''
    return { amount, currency: code.length === 3 && code === code.toUpperCase() ? code : undefined }
  }

  private filesIn(row: Row, { storage }: Field): Value {
    if (storage.kind !== 'files') throw new Error('These are no files.')
    const { id, name, type, size } = storage.columns
    const near = row[storage.near ?? 'id']
    return (this.rows[storage.from] ?? [])
      .filter((file) => file[storage.key] === near && storage.where.every((rule) => file[rule.column] === rule.is))
      .toSorted((a, b) => (`${a[storage.order]} ${a[id]}` < `${b[storage.order]} ${b[id]}` ? -1 : 1))
      .map((file) => ({
        id: String(file[id]),
        name: String(file[name] ?? ''),
        type: String(file[type] ?? ''),
        size: Number(file[size] ?? 0)
      }))
  }

  /** The title of the record a reference leads to, where he sees that record and its title (A13); staff are always named. */
  private titleAcross(name: string, field: Field, id: Scalar): string | undefined {
    const target = this.module(this.module(name).links.get(field.link!)!.to)
    const row = this.rowsOf(target.name).find((candidate) => candidate['id'] === id)
    if (!row || !isLive(target, row)) return undefined
    const isShown =
      target.name === 'User' ||
      (this.stands(target.name, row) &&
        this.grants(target.name, 'view').some(
          (grant) => grant.fields.includes(target.title) && this.holds(target.name, row, grant.when)
        ))
    const title = this.valueOf(target.name, row, target.fields.get(target.title)!)
    return isShown && title !== null ? String(title) : undefined
  }

  // --- judging what is to be written ---

  create(
    name: string,
    values: Values,
    links: Readonly<Record<string, readonly string[]>>,
    author: Author,
    files: Files = {}
  ): Outcome {
    const module = this.module(name)
    const create = this.grants(name, 'create')
    if (create.length === 0) return 'NotFound'
    if (!this.fits(name, values)) return 'Invalid'
    for (const [link, ids] of Object.entries(links)) {
      const to = module.links.get(link)?.to
      const isOwn = (id: string): boolean => to === author.module && id === author.recordId
      if (!to || !ids.every((id) => isOwn(id) || this.seesById(to, id))) return 'Invalid'
    }
    const row = blankRow(module)
    this.put(module, row, { ...values, ...(module.owner ? { [module.owner]: author.invitedBy } : {}) })
    const hypothetical = { isNew: true, authorId: author.id, links }
    const matching = this.stands(name, row, hypothetical)
      ? create.filter((grant) => this.holds(name, row, grant.when, hypothetical))
      : []
    return this.covered(module, matching, values, files)
  }

  change(name: string, id: string, values: Values, author: { id: string }, files: Files = {}): Outcome {
    const before = this.find(name, id)
    const module = this.module(name)
    if (!before) return 'NotFound'
    if (!before.may.has('edit')) return 'Forbidden'
    if (!isCovered(module, before.writable, values, files)) return 'Invalid'
    if (!this.fits(name, values)) return 'Invalid'
    const row = { ...this.row(name, id)! }
    this.put(module, row, values)
    const hypothetical = { isNew: false, authorId: author.id, links: {} }
    const edit = this.grants(name, 'edit')
    const matching = this.stands(name, row, hypothetical)
      ? edit.filter((grant) => this.holds(name, row, grant.when, hypothetical))
      : []
    return this.covered(module, matching, values, files)
  }

  link(name: string, id: string, link: string, other: string): Outcome {
    const near = this.find(name, id)
    const ends = this.module(name).links.get(link)
    if (!near || ends?.cardinality !== 'many') return 'NotFound'
    const far = this.find(ends.to, other)
    if (!far) return 'NotFound'
    return near.may.has('edit') && far.may.has('edit') ? 'done' : 'Forbidden'
  }

  remove(name: string, id: string): Outcome {
    const record = this.find(name, id)
    if (!record) return 'NotFound'
    return record.may.has('delete') ? 'done' : 'Forbidden'
  }

  private covered(module: Module, matching: readonly Grant[], values: Values, files: Files): Outcome {
    if (matching.length === 0) return 'Forbidden'
    const given = new Set(matching.flatMap((grant) => grant.fields))
    return isCovered(module, given, values, files) ? 'done' : 'Invalid'
  }

  /** Values of the field's own type; references to what he sees, and to nothing else. */
  private fits(name: string, values: Values): boolean {
    return Object.entries(values).every(([fieldName, value]) => {
      const field = this.module(name).fields.get(fieldName)
      return !field || value === null || this.fitsField(name, field, value)
    })
  }

  private fitsField(name: string, field: Field, value: FieldValue): boolean {
    if (field.type === 'options') return Array.isArray(value)
    if (value === '' && ['string', 'moment'].includes(typeOf(field))) return true
    if (field.type === 'reference') {
      return typeof value === 'string' && this.seesById(this.module(name).links.get(field.link!)!.to, value)
    }
    const isWhole = field.type === 'date' ? 10 : 19
    return hasType(value, typeOf(field)) && (typeOf(field) !== 'moment' || String(value).length === isWhole)
  }

  private seesById(name: string, id: string): boolean {
    const row = this.row(name, id)
    return row !== undefined && this.isVisible(name, row)
  }

  private put(module: Module, row: Row, values: Values): void {
    for (const [name, value] of Object.entries(values)) {
      const field = module.fields.get(name)
      if (field?.storage.kind !== 'column') continue
      row[field.storage.column] = value === '' ? null : stored(value)
      const storage = module.links.get(field.link ?? '')?.storage
      if (storage?.kind === 'column' && storage.only) row[storage.only.column] = storage.only.is
    }
  }

  // --- conditions ---

  grants(name: string, action: Action): readonly Grant[] {
    return (this.policies.get(name)?.grants ?? []).filter((grant) => grant.actions.includes(action))
  }

  /** Live, allowed to leave the house, and within every restriction. */
  stands(name: string, row: Row, hypothetical?: Hypothetical): boolean {
    const module = this.module(name)
    return (
      isLive(module, row) &&
      module.outside.every((rule) => row[rule.column] === rule.is) &&
      (this.policies.get(name)?.restrictions ?? []).every((restriction) =>
        this.holds(name, row, restriction.when, hypothetical)
      )
    )
  }

  holds(name: string, row: Row, condition: Condition, hypothetical?: Hypothetical): boolean {
    const module = this.module(name)
    switch (condition.kind) {
      case 'always':
        return true
      case 'never':
        return false
      case 'oneOf':
        return condition.values.includes(this.operand(name, row, condition.field) as string | number)
      case 'compare': {
        const field = module.fields.get(condition.field)!
        return compares(field, this.valueOf(name, row, field), condition.operator, condition.value)
      }
      case 'linked':
        return this.farRows(name, row, module.links.get(condition.link)!, hypothetical).some((far) =>
          this.holds(module.links.get(condition.link)!.to, far, condition.condition)
        )
      case 'unlinked':
        return this.isUnlinked(module, row, condition.link, hypothetical)
      case 'descended':
        return this.isDescended(name, row, condition, hypothetical)
      case 'joined':
        return this.isJoined(name, row, condition, hypothetical)
      case 'owned':
        return this.isOwned(module, row, condition)
      case 'all':
        return condition.of.every((part) => this.holds(name, row, part, hypothetical))
      case 'any':
        return condition.of.some((part) => this.holds(name, row, part, hypothetical))
      case 'not':
        return (
          !this.isUnknown(name, row, condition.condition) && !this.holds(name, row, condition.condition, hypothetical)
        )
    }
  }

  /** A comparison with a value that is missing holds neither way. */
  private isUnknown(name: string, row: Row, condition: Condition): boolean {
    if (condition.kind === 'compare' && condition.operator.startsWith('is')) return false
    return (
      (condition.kind === 'compare' || condition.kind === 'oneOf') && this.operand(name, row, condition.field) === null
    )
  }

  private operand(name: string, row: Row, field: string): Scalar {
    return field === 'id' ? row['id']! : this.valueOf(name, row, this.module(name).fields.get(field)!)
  }

  private isJoined(
    name: string,
    row: Row,
    condition: Extract<Condition, { kind: 'joined' }>,
    hypothetical?: Hypothetical
  ): boolean {
    if (hypothetical?.isNew && condition.table === 'portico_authorship' && condition.match === 'id') {
      const isHis = [undefined, hypothetical.authorId].includes(condition.where['author_id'] as string | undefined)
      return isHis && (condition.where['module'] ?? name) === name
    }
    const near = this.operand(name, row, condition.match)
    return (this.rows[condition.table] ?? []).some(
      (own) =>
        own['record_id'] === near && Object.entries(condition.where).every(([column, value]) => own[column] === value)
    )
  }

  /** What the row itself says, whatever became of the other end. */
  private isUnlinked(module: Module, row: Row, name: string, hypothetical?: Hypothetical): boolean {
    const { storage } = module.links.get(name)!
    if (storage.kind === 'reverse') throw new TypeError(`${name} is not kept here.`)
    if (storage.kind === 'column') {
      const isOther = storage.only !== undefined && row[storage.only.column] !== storage.only.is
      return isOther || row[storage.column] === null || row[storage.column] === ''
    }
    if (hypothetical?.isNew) return (hypothetical.links[name] ?? []).length === 0
    const rules = [...storage.only, ...(storage.live ? [storage.live] : [])]
    return !(this.rows[storage.table] ?? []).some(
      (mid) => mid[storage.near] === row['id'] && rules.every((rule) => mid[rule.column] === rule.is)
    )
  }

  /** Upwards from the row, which may be as it will be; what is above it is as it is. Who comes by twice goes round in a circle. */
  private isDescended(
    name: string,
    row: Row,
    { link, top, step }: Extract<Condition, { kind: 'descended' }>,
    hypothetical?: Hypothetical
  ): boolean {
    const seen = new Set<Scalar>()
    for (let here: Row | undefined = row; here && !seen.has(here['id']!);) {
      const asked = here === row ? hypothetical : undefined
      seen.add(here['id']!)
      if (!isLive(this.module(name), here)) return false
      if (this.holds(name, here, top, asked)) return true
      if (!this.holds(name, here, step, asked)) return false
      here = this.farRows(name, here, this.module(name).links.get(link)!)[0]
    }
    return false
  }

  /** Letter by letter; a group owns only what no person does. */
  private isOwned(module: Module, row: Row, { people, groups }: Extract<Condition, { kind: 'owned' }>): boolean {
    const owner = this.operand(module.name, row, module.owner!)
    if (owner !== null) return people.includes(String(owner))
    const kept = module.ownerGroups
    if (!kept) return false
    if (kept.kind === 'column') return groups.includes(String(row[kept.column]))
    const rules = [...kept.only, ...(kept.live ? [kept.live] : [])]
    return (this.rows[kept.table] ?? []).some(
      (mid) =>
        mid[kept.near] === row['id'] &&
        rules.every((rule) => mid[rule.column] === rule.is) &&
        groups.includes(String(mid[kept.far]))
    )
  }

  /** The live records at the other end of a link of a row, over live link rows. */
  private farRows(name: string, row: Row, link: Link, hypothetical?: Hypothetical): Row[] {
    const target = this.module(link.to)
    const targets = this.rowsOf(link.to).filter((far) => isLive(target, far))
    const { storage } = link
    const pending = hypothetical?.links[link.name]
    if (pending && storage.kind !== 'column') return targets.filter((far) => pending.includes(String(far['id'])))
    switch (storage.kind) {
      case 'column':
        if (storage.only && row[storage.only.column] !== storage.only.is) return []
        return targets.filter((far) => far['id'] === row[storage.column])
      case 'reverse':
        return targets.filter(
          (far) => far[storage.column] === row['id'] && (!storage.only || far[storage.only.column] === storage.only.is)
        )
      case 'table': {
        const rules = [...storage.only, ...(storage.live ? [storage.live] : [])]
        const between = (this.rows[storage.table] ?? []).filter(
          (mid) => mid[storage.near] === row['id'] && rules.every((rule) => mid[rule.column] === rule.is)
        )
        return targets.filter((far) => between.some((mid) => mid[storage.far] === far['id']))
      }
    }
  }

  /** Whether a link of the record `id` may be followed from there: one kept in its own lookup only where he sees that (A13). */
  mayFollow({ module: name, id, link }: { module: string; id: string; link: string }): boolean {
    const module = this.module(name)
    const found = this.find(name, id)
    const { to, storage } = module.links.get(link) ?? {}
    if (!found || !to || !storage) return false
    const lookups = this.lookupsOf({ module: name, link }, to)
    if (!this.grants(to, 'view').some((grant) => showsOneOf(grant, lookups))) return false
    if (storage.kind !== 'column' || (module.partOf?.module === to && module.partOf.link === link)) return true
    return Object.keys(found.values).some((field) => {
      const shown = module.fields.get(field)!
      if (shown.storage.kind !== 'column' || shown.storage.column !== storage.column) return false
      return shown.type !== 'reference' || shown.link === link
    })
  }

  /** The far fields that tell where a reverse link leads; undefined where none has to be seen. */
  private lookupsOf({ module, link }: { module: string; link: string }, to: string): string[] | undefined {
    const { storage } = this.module(module).links.get(link)!
    const far = this.module(to)
    if (storage.kind !== 'reverse') return undefined
    const ownerEnd = far.links.get(far.partOf?.link ?? '')?.storage
    const isItem = ownerEnd?.kind === 'column' && ownerEnd.column === storage.column
    if (far.partOf?.module === module && isItem) return undefined
    return [...far.fields.values()].flatMap((field) => {
      if (field.storage.kind !== 'column' || field.storage.column !== storage.column) return []
      const back = far.links.get(field.link ?? '')
      const leadsBack = back?.to === module && back.storage.kind === 'column'
      const isSame = leadsBack && back.storage.kind === 'column' && back.storage.only?.is === storage.only?.is
      return field.type !== 'reference' || isSame ? [field.name] : []
    })
  }

  private farIds({ module, id, link }: { module: string; id: string; link: string }): Set<string> {
    const far = this.farRows(module, this.row(module, id)!, this.module(module).links.get(link)!)
    return new Set(far.map((row) => String(row['id'])))
  }

  /** A field's value in a row; of a reference that serves several modules only where the type is its own (A03). */
  private valueOf(name: string, row: Row, field: Field): Scalar {
    const { storage } = field
    switch (storage.kind) {
      case 'column': {
        const link = this.module(name).links.get(field.link ?? '')?.storage
        const isOther = link?.kind === 'column' && link.only && row[link.only.column] !== link.only.is
        return isOther ? null : (row[storage.column] ?? null)
      }
      case 'joined':
        return storage.columns
          .map((column) => row[column] ?? '')
          .filter((word) => word !== '')
          .join(' ')
      case 'side': {
        const side = (this.rows[storage.from] ?? []).find(
          (other) => other[storage.key] === row['id'] && storage.where.every((rule) => other[rule.column] === rule.is)
        )
        return side?.[storage.value] ?? null
      }
      case 'files':
        throw new Error('Files are no value of a row.')
    }
  }
}

/** What the host puts into a new record that says nothing. */
function blankRow(module: Module): Row {
  const row: Row = { id: '(new)' }
  for (const field of module.fields.values()) {
    if (field.storage.kind === 'column') row[field.storage.column] = stored(field.default)
  }
  if (module.live) row[module.live.column] = module.live.is
  return row
}

type Values = Readonly<Record<string, FieldValue>>
type Files = Readonly<Record<string, readonly string[]>>

function isCovered(module: Module, given: ReadonlySet<string>, values: Values, files: Files): boolean {
  return (
    Object.keys(values).every((name) => given.has(name) && mayBeWritten(module.fields.get(name))) &&
    Object.keys(files).every((name) => given.has(name) && takesFiles(module.fields.get(name)))
  )
}

function showsOneOf(grant: Grant, lookups: readonly string[] | undefined): boolean {
  return lookups === undefined || lookups.some((name) => grant.fields.includes(name))
}

function takesFiles(field: Field | undefined): boolean {
  return field?.readOnly === false && field.type === 'files'
}

/** HTML comes from the CRM alone, and files are no value. */
function mayBeWritten(field: Field | undefined): boolean {
  return field?.readOnly === false && field.type !== 'richText' && field.type !== 'files'
}

function isLive(module: Module, row: Row): boolean {
  return module.live === undefined || row[module.live.column] === module.live.is
}

/** May the field be compared like this at all? A reference is filtered by whole, or not at all. */
function mayCompare(field: Field, { operator, value }: Filter): boolean {
  if (field.type === 'richText' || field.type === 'files') return false
  const type = typeOf(field)
  switch (operator) {
    case 'isEmpty':
    case 'isNotEmpty':
      return true
    case 'contains':
      return type === 'string' && typeof value === 'string' && field.type !== 'reference'
    case 'startsWith':
      return type === 'string' && typeof value === 'string' && field.type !== 'reference' && field.type !== 'options'
    case '=':
    case '≠':
      return hasType(value, type)
    default:
      return (type === 'number' || type === 'moment') && hasType(value, type)
  }
}

function hasType(value: FieldValue, type: ReturnType<typeof typeOf>): boolean {
  if (type === 'moment') return typeof value === 'string' && isMoment(value)
  return typeof value === type && (typeof value !== 'number' || Number.isFinite(value))
}

function isMoment(text: string): boolean {
  const time = Date.parse(text.length === 10 ? `${text}T00:00:00Z` : `${text.replace(' ', 'T')}Z`)
  return (
    /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$/.test(text) &&
    !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(text.slice(0, 10))
  )
}

/** The comparison as the vocabulary states it; NULL only ever is empty. */
function compares(field: Field, value: Scalar, operator: Operator, other: Scalar): boolean {
  if (operator === 'isEmpty') return isEmpty(field, value)
  if (operator === 'isNotEmpty') return !isEmpty(field, value)
  if (value === null || other === null) return false
  const [left, right] = [comparable(field, value), comparable(field, other)]
  switch (operator) {
    case '=':
      return left === right
    case '≠':
      return left !== right
    case '<':
      return left < right
    case '≤':
      return left <= right
    case '>':
      return left > right
    case '≥':
      return left >= right
    case 'contains':
      if (field.type === 'options') return listOf(value).some((tag) => fold(tag) === fold(String(other)))
      return fold(String(value)).includes(fold(String(other)))
    case 'startsWith':
      return fold(String(value)).startsWith(fold(String(other)))
  }
}

/** Booleans as the numbers they are stored as; a date stands for its midnight. */
function comparable(field: Field, value: string | number | boolean): string | number {
  if (typeof value === 'boolean') return Number(value)
  return typeOf(field) === 'moment' && String(value).length === 10 ? `${value} 00:00:00` : value
}

function isEmpty(field: Field, value: Scalar): boolean {
  if (field.type === 'options') return value === null || value === '' || value === '[]'
  return value === null || (typeOf(field) === 'string' && value === '')
}

function typeOf(field: Field): 'string' | 'number' | 'boolean' | 'moment' {
  if (['integer', 'number', 'money'].includes(field.type)) return 'number'
  if (field.type === 'date' || field.type === 'datetime') return 'moment'
  return field.type === 'boolean' ? 'boolean' : 'string'
}

/** Lower case letter by letter, whatever the neighbours; the sigma at the end of a word is a sigma. */
function fold(text: string): string {
  return [...text]
    .map((letter) => letter.toLowerCase())
    .join('')
    .replaceAll('ς', 'σ')
}

function wordsOf(search: string | undefined): string[] {
  return (search ?? '')
    .slice(0, 100)
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 8)
}

function listOf(value: Scalar): string[] {
  return value === null || value === '' ? [] : (JSON.parse(String(value)) as string[])
}

function stored(value: FieldValue): Scalar {
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

/** The fields that the answer tells something about. */
function usedBy({ by, sum, filter = [] }: TallyQuery): string[] {
  return [by, ...(sum === undefined ? [] : [sum]), ...filter.map(({ field }) => field)]
}
