import { expect } from 'chai'
import { isUrl } from '../../src/url.js'

describe('a URL', () => {
  it('Z09 E06 has international letters, however often that is asked', () => {
    const addresses = ['https://www.example.com/', 'https://bücher.example/', 'https://kundenportal-žďár.example/a']
    for (let times = 0; times < 20_000; times++)
      for (const address of addresses) if (!isUrl(address)) expect.fail(`${address} is one, at time ${times}`)
    for (const text of ['', 'bücher.example', 'https://', 'https://a b/']) expect(isUrl(text), text).to.equal(false)
    expect(isUrl('/a', 'https://example.com')).to.equal(true)
  })
})
