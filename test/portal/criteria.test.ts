import { expect } from 'chai'
import { all, any, compare, never } from '../../src/access/condition.js'
import {
  criteriaCondition,
  criteriaProblems,
  criterionProblem,
  mostComparisons,
  readCriteria,
  type Criteria,
  type Criterion
} from '../../src/portal/user-types/criteria.js'
import { Invalid } from '../../src/errors.js'
import { splitCriteria } from '../../src/portal/admin/criteria-form.js'
import { module } from './catalog.js'

const byValue = (
  field: string,
  operator: Criterion['operator'],
  value: string | number | boolean | null
): Criterion => ({ field, operator, match: { by: 'value', value } })
const byField = (field: string, operator: Criterion['operator'], other: string): Criterion => ({
  field,
  operator,
  match: { by: 'field', field: other }
})
const of = (join: Criteria['join'], ...list: Criterion[]): Criteria => ({ join, of: list })

describe('criteria (Z07)', () => {
  const deals = module('Deal')

  it('compare by value, joined by and or or', () => {
    const parts = [byValue('probability', '≥', 60), byValue('stage', '≠', 'Lost')]
    expect(criteriaCondition(deals, of('all', ...parts), {})).to.deep.equal(
      all(compare('probability', '≥', 60), compare('stage', '≠', 'Lost'))
    )
    expect(criteriaCondition(deals, of('any', ...parts), {})).to.deep.equal(
      any(compare('probability', '≥', 60), compare('stage', '≠', 'Lost'))
    )
  })

  it('compare by field with the value of the own record', () => {
    const condition = criteriaCondition(module('Account'), of('all', byField('name', 'contains', 'lastName')), {
      lastName: 'Schmidt'
    })
    expect(condition).to.deep.equal(compare('name', 'contains', 'Schmidt'))
  })

  it('hold for nothing where the own record has no value, never for everything (A26)', () => {
    for (const empty of [null, '', undefined]) {
      const primary: Record<string, string | null> = empty === undefined ? {} : { lastName: empty }
      for (const operator of ['=', '≠', 'contains', 'startsWith'] as const) {
        expect(
          criteriaCondition(module('Account'), of('all', byField('name', operator, 'lastName')), primary)
        ).to.deep.equal(never)
      }
    }
  })

  it('hold for nothing when there are none, or when they can’t be read', () => {
    expect(criteriaCondition(deals, of('all'), {})).to.deep.equal(never)
    expect(criteriaCondition(deals, of('any'), {})).to.deep.equal(never)
    for (const damaged of ['', '{', '{"join":"none","of":[]}', '{"join":"all","of":[{"field":"stage"}]}']) {
      expect(criteriaCondition(deals, readCriteria(damaged)!, {}), damaged).to.deep.equal(never)
    }
    expect(readCriteria(null)).to.equal(undefined)
  })

  it('are read as they were stored', () => {
    const stored = of('any', byValue('amount', '>', 100), byField('name', '=', 'lastName'))
    expect(readCriteria(JSON.stringify(stored))).to.deep.equal(stored)
  })

  it('are refused with the reason: an unknown field, a comparison without meaning, a value of another kind', () => {
    const problem = (criterion: Criterion): string | undefined =>
      criterionProblem(deals, module('Contact'), criterion)?.key
    expect(problem(byValue('probability', '≥', 60))).to.equal(undefined)
    expect(problem(byValue('stage', 'isEmpty', null))).to.equal(undefined)
    expect(problem(byValue('nothing', '=', 'x'))).to.equal('portal:problem.criterionField')
    expect(problem(byValue('account', '=', 'nordwind'))).to.equal('portal:problem.criterionField')
    expect(problem(byValue('stage', '<', 'Lost'))).to.equal('portal:problem.criterionOperator')
    expect(problem(byValue('probability', '≥', 'many'))).to.equal('portal:problem.criterionValue')
    expect(problem(byValue('closeDate', '=', 'tomorrow'))).to.equal('portal:problem.criterionValue')
    expect(problem(byField('probability', '=', 'lastName'))).to.equal('portal:problem.criterionPrimaryField')
    expect(problem(byField('name', '=', 'lastName'))).to.equal(undefined)
  })

  describe('in groups', () => {
    const cases = module('Case')
    const contacts = module('Contact')
    const nothing: Criteria = { join: 'any', of: [] }
    const sound = byValue('priority', '=', 'High')
    const at = (given: Criteria): Record<string, string> => {
      const found = Object.entries(criteriaProblems(cases, contacts, given))
      return Object.fromEntries(found.map(([place, { key }]) => [place, key.replace('portal:problem.', '')]))
    }

    it('Z07 say at each place what is wrong there', () => {
      expect(
        at({ join: 'all', of: [sound, { join: 'any', of: [sound, { join: 'all', of: [sound] }] }] })
      ).to.deep.equal({})
      const wrong = byValue('subject', '<', 'x')
      const given: Criteria = { join: 'all', of: [wrong, { join: 'any', of: [sound, nothing, wrong] }] }
      expect(at(given)).to.deep.equal({
        'criteria.0': 'criterionOperator',
        'criteria.1.1': 'groupEmpty',
        'criteria.1.2': 'criterionOperator'
      })
    })

    it('A48 stand three deep at most, with no more comparisons than a database should check', () => {
      const third: Criteria = { join: 'all', of: [sound] }
      const within = (inner: Criteria): Criteria => ({ join: 'all', of: [{ join: 'any', of: [inner] }] })
      expect(at(within(third))).to.deep.equal({})
      expect(at(within({ join: 'all', of: [third] }))).to.deep.equal({ 'criteria.0.0.0': 'groupDeep' })
      const many = (count: number): Criteria => ({ join: 'any', of: Array.from({ length: count }, () => sound) })
      expect(at(many(mostComparisons))).to.deep.equal({})
      expect(at({ join: 'all', of: [many(mostComparisons), sound] })).to.deep.equal({ criteria: 'criteriaMany' })
    })

    it('A48 more rows than anybody fills in are refused before anything is made of them', () => {
      const posted = (count: number): Record<string, string> =>
        Object.fromEntries(
          Array.from({ length: count }, (_, index) => [`criteria.${index % 90}.${index}.field`, 'subject'])
        )
      const rows = (count: number): Record<string, string> =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`criteria.${index}.field`, 'subject']))
      expect(splitCriteria(rows(2 * mostComparisons)).typed.of).to.have.length(2 * mostComparisons)
      expect(() => splitCriteria(rows(2 * mostComparisons + 1))).to.throw(Invalid)
      expect(() => splitCriteria(posted(99))).to.throw(Invalid)
    })

    it('Z07 take an option the field has, whole; a part of one is text', () => {
      const one = (operator: Criterion['operator'], value: string): Record<string, string> =>
        at({ join: 'all', of: [byValue('priority', operator, value)] })
      expect(one('=', 'Highest')).to.deep.equal({ 'criteria.0': 'criterionValue' })
      expect(one('≠', 'High')).to.deep.equal({})
      expect(one('contains', 'Hig')).to.deep.equal({})
    })

    it('Z07 a day that never was is no value', () => {
      const one = (value: string): Record<string, string> => at({ join: 'all', of: [byValue('createdAt', '≥', value)] })
      expect(one('2026-02-30')).to.deep.equal({ 'criteria.0': 'criterionValue' })
      expect(one('2026-02-28 10:00:00')).to.deep.equal({})
    })
  })
})
