import { expect } from 'chai'
import { forgetAnswers, oncePerRequest, withinRequest } from '../../src/db/within-request.js'

describe('what a request asks of the database', () => {
  const about = {}
  let asked = 0
  const ask = (): Promise<number> => oncePerRequest(about, () => Promise.resolve(++asked))

  beforeEach(() => (asked = 0))

  const inRequest = <T>(work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => withinRequest(() => void work().then(resolve, reject)))

  it('is asked once, also when two ask at once', async () => {
    expect(await inRequest(() => Promise.all([ask(), ask()]))).to.deep.equal([1, 1])
    expect(asked).to.equal(1)
  })

  it('is asked anew by the next request, and each time outside of one', async () => {
    expect([await inRequest(ask), await inRequest(ask), await ask(), await ask()]).to.deep.equal([1, 2, 3, 4])
  })

  it('A25 is asked anew once the request has changed it', async () => {
    const answers = await inRequest(async () => {
      const before = await ask()
      forgetAnswers()
      return [before, await ask()]
    })
    expect(answers).to.deep.equal([1, 2])
  })

  it('is asked again when it failed, and stands apart from other questions', async () => {
    const other = {}
    const answers = await inRequest(async () => {
      const failed = await oncePerRequest(other, () => Promise.reject(new Error('No line.'))).catch(() => 'failed')
      return [failed, await oncePerRequest(other, () => Promise.resolve('there')), await ask()]
    })
    expect(answers).to.deep.equal(['failed', 'there', 1])
  })
})
