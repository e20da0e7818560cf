import { expect } from 'chai'
import { z } from 'zod'
import { Invalid, PorticoError } from '../../src/errors.js'
import { checkbox, email, line, readForm, submit, typedIn } from '../../src/web/forms.js'

const form = z.object({
  name: line(10),
  email,
  color: z.enum(['red', 'green']),
  tabs: z.array(z.string()).max(2),
  isActive: checkbox,
  note: z.string().optional()
})
const good = { name: ' Anna ', email: 'Anna@X.example', color: 'red', tabs: ['a', 'b'], isActive: 'true' }

const errorsOf = (body: unknown, schema: z.ZodObject = form): Record<string, unknown> => {
  try {
    readForm(schema, body)
    return {}
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    return Object.fromEntries(Object.entries(error.fields).map(([name, { key }]) => [name, key]))
  }
}

describe('a posted form', () => {
  it('is read into values', () => {
    expect(readForm(form, { ...good, _csrf: 'token' })).to.deep.equal({
      name: 'Anna',
      email: 'anna@x.example',
      color: 'red',
      tabs: ['a', 'b'],
      isActive: true
    })
  })

  it('may leave a checkbox and a list out, and have a list of one', () => {
    const { isActive: _isActive, tabs: _tabs, ...rest } = good
    expect(readForm(form, rest)).to.deep.include({ isActive: false, tabs: [] })
    expect(readForm(form, { ...rest, tabs: 'a' })).to.deep.include({ tabs: ['a'] })
  })

  it('gives an error for each field that cannot be taken', () => {
    expect(errorsOf({})).to.deep.equal({
      name: 'errors.field.required',
      email: 'errors.field.required',
      color: 'errors.field.required'
    })
    expect(errorsOf({ ...good, name: '  ' })).to.deep.equal({ name: 'errors.field.required' })
    expect(errorsOf({ ...good, name: 'far too long a name' })).to.deep.equal({ name: 'errors.field.tooLong' })
    expect(errorsOf({ ...good, name: 'a\r\nb' })).to.deep.equal({ name: 'errors.field.characters' })
    expect(errorsOf({ ...good, email: 'anna@' })).to.deep.equal({ email: 'errors.field.email' })
    expect(errorsOf({ ...good, color: 'blue' })).to.deep.equal({ color: 'errors.field.option' })
    expect(errorsOf({ ...good, tabs: ['a', 'b', 'c'] })).to.deep.equal({ tabs: 'errors.field.tooBig' })
  })

  it('is refused where a field comes twice, holds a NUL or is endless (A48)', () => {
    expect(errorsOf({ ...good, name: ['Anna', 'Bruno'] })).to.deep.equal({ name: 'errors.field.invalid' })
    expect(errorsOf({ ...good, note: 'a\0b' })).to.deep.equal({ note: 'errors.field.characters' })
    expect(errorsOf({ ...good, note: 'x'.repeat(20_001) })).to.deep.equal({ note: 'errors.field.tooLong' })
    expect(errorsOf({ ...good, note: 'x'.repeat(20_000) })).to.deep.equal({})
    expect(errorsOf({ ...good, note: { nested: 'value' } })).to.deep.equal({})
  })

  it('with a field the schema does not name is no form of ours where the schema is strict (A14)', () => {
    expect(() => readForm(z.strictObject({ name: line() }), { name: 'Anna', owner: 'mallory' }))
      .to.throw(PorticoError)
      .with.property('status', 400)
    expect(errorsOf({ name: 'Anna', _csrf: 'token' }, z.strictObject({ name: line() }))).to.deep.equal({})
  })

  it('is shown again with what was typed, but not with passwords', async () => {
    const body = { name: 'An\0na', password: 'secret', newPassword: 'secret', tabs: ['a'], _csrf: 'token' }
    let shown: unknown
    await submit(
      { body } as never,
      async () => void readForm(form, body),
      async (again) => void (shown = again)
    )
    expect(shown).to.deep.include({ typed: { name: 'An\0na', tabs: ['a'] } })
    expect(typedIn(undefined)).to.deep.equal({})
  })

  it('that fails for another reason is not shown again', async () => {
    const failure = submit(
      { body: {} } as never,
      async () => Promise.reject(new Error('broken')),
      async () => undefined
    )
    expect(await failure.catch((error: Error) => error.message)).to.equal('broken')
  })
})
