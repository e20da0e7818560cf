import { expect } from 'chai'
import type { Request } from 'express'
import request from 'supertest'
import { cursorOf, pageLinks, queryText } from '../../src/web/paging.js'
import { pagesWith } from './pages.js'

describe('paging', () => {
  const pages = ['', 'one', 'two', 'three']
  const nextOf = (req: Request): string | undefined => pages[pages.indexOf(cursorOf(req) ?? '') + 1]
  const { app } = pagesWith((router) =>
    router.get(
      '/list',
      (req, res) => void res.send({ after: cursorOf(req), q: queryText(req, 'q'), ...pageLinks(req, nextOf(req)) })
    )
  )
  const get = async (query: string): Promise<Record<string, string>> =>
    (await request(app).get(`/list${query}`)).body as Record<string, string>

  it('leads forth to the last page and back to the first one, and keeps what was searched', async () => {
    const seen: (string | undefined)[] = []
    let here = await get('?q=pump')
    expect(here['previous']).to.equal(undefined)
    for (; here['next'] !== undefined; here = await get(here['next'])) seen.push(here['after'])
    for (; here['previous'] !== undefined; here = await get(here['previous'])) seen.push(here['after'])
    expect(seen).to.deep.equal([undefined, 'one', 'two', 'three', 'two', 'one'])
    expect(here).to.deep.include({ q: 'pump', next: '?q=pump&after=one' })
  })

  it('takes a parameter that comes twice as none, and cuts an endless one (A48)', async () => {
    expect(await get('?after=a&after=b')).not.to.have.property('after')
    expect((await get(`?q=${'x'.repeat(500)}`))['q']).to.have.length(100)
    expect(await get('?q=%20')).not.to.have.property('q')
  })

  it('has an address that does not grow without end', async () => {
    const trail = Array.from({ length: 60 }, (_, i) => `c${i}`).join('~')
    const { next } = await get(`?after=one&trail=${trail}`)
    expect(next?.split('%7E')).to.have.length(20)
  })
})
