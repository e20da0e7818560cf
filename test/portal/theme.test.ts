import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { pictureSize } from '../../src/portal/portals/picture-size.js'
import {
  contrast,
  contrastsOf,
  darkShades,
  isReadable,
  leastContrast,
  lightShades,
  nearestReadable,
  readColour,
  surfaces,
  themeOf,
  type Colour
} from '../../src/portal/portals/theme.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { jpegOf, pngOf, webpOf } from './pictures.js'
import { admin, door, staffAt, thePortal } from './people.js'

const anyColour = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255))
  .map((parts): Colour => `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`)

describe('the colours of a portal', () => {
  it('E01 a contrast is what WCAG says it is', () => {
    expect(contrast('#000000', '#ffffff')).to.equal(21)
    expect(contrast('#777777', '#ffffff')).to.be.closeTo(4.48, 0.005)
    expect(contrast('#ffffff', '#0f6674')).to.equal(contrast('#0f6674', '#ffffff'))
  })

  it('E01 whatever the accent, the nearest colour offered can be read on every surface, light and dark, and on buttons', () => {
    fc.assert(
      fc.property(anyColour, (colour) => {
        const accent = nearestReadable(colour)
        const { links, buttons } = contrastsOf('light', lightShades(accent))
        const dark = contrastsOf('dark', darkShades(accent))
        return [links, buttons, dark.links, dark.buttons].every((value) => value >= leastContrast)
      }),
      { numRuns: 300 }
    )
  })

  it('E01 a colour that can be read stays as it is, and one that can’t is not called readable', () => {
    expect([nearestReadable('#0f6674'), nearestReadable('#000000')]).to.deep.equal(['#0f6674', '#000000'])
    expect(['#ffd700', '#ffffff', '#00ff00', '#e91e63'].map((colour) => isReadable(colour as Colour))).to.deep.equal([
      false,
      false,
      false,
      false
    ])
    expect(nearestReadable('#ffd700')).to.equal('#7d6900')
  })

  it('E01 a colour is read as people write it, and nothing else is one', () => {
    expect(['#0F6674', '0f6674', ' #fff '].map(readColour)).to.deep.equal(['#0f6674', '#0f6674', '#ffffff'])
    expect(['', 'red', '#12345', 'rgb(0,0,0)', '#0f6674;}*{x:y'].map(readColour)).to.deep.equal(
      Array(5).fill(undefined)
    )
  })

  it('E01 they are reckoned against the surfaces that the stylesheet has', () => {
    const css = readFileSync('public/portico.css', 'utf8')
    const names = ['surface', 'bg', 'subtle', 'info-soft', 'good-soft', 'warn-soft', 'bad-soft']
    const [light, dark] = [css.slice(0, css.indexOf('@media')), css.slice(css.indexOf('prefers-color-scheme: dark'))]
    const valueIn = (part: string, name: string): string | undefined =>
      readColour(new RegExp(`--${name}: (#\\w+);`).exec(part)?.[1] ?? '')
    expect(names.map((name) => valueIn(light, name))).to.deep.equal(surfaces.light)
    expect(names.map((name) => valueIn(dark, name))).to.deep.equal(surfaces.dark)
  })

  it('E01 a portal without an accent, or with nonsense for one, looks like Portico', () => {
    expect(themeOf({ accent: undefined })).to.equal(undefined)
    expect(themeOf({ accent: 'red;}' })).to.equal(undefined)
    expect(themeOf({ accent: '#7d6900' })?.stylesheet).to.include('--accent-ink:#7d6900')
  })
})

describe('the size of a picture', () => {
  it('is read from its first bytes, for each kind', () => {
    expect(pictureSize('image/png', pngOf(640, 90))).to.deep.equal({ width: 640, height: 90 })
    expect(pictureSize('image/jpeg', jpegOf(640, 90))).to.deep.equal({ width: 640, height: 90 })
    for (const kind of ['VP8 ', 'VP8L', 'VP8X'] as const)
      expect(pictureSize('image/webp', webpOf(kind, 640, 90)), kind).to.deep.equal({ width: 640, height: 90 })
  })

  it('is unknown for what is cut off, and for a moving picture', () => {
    expect(pictureSize('image/png', pngOf(640, 90).subarray(0, 18))).to.equal(undefined)
    expect(pictureSize('image/jpeg', jpegOf(640, 90).subarray(0, 22))).to.equal(undefined)
    expect(pictureSize('image/webp', webpOf('VP8X', 640, 90, { isMoving: true }))).to.equal(undefined)
    expect(pictureSize('image/png', pngOf(0, 90))).to.equal(undefined)
  })
})

onSqlite('the appearance of a portal', (open) => {
  let test: TestApp
  let irena: Visitor
  let page: string

  before(async () => {
    test = await openApp(open)
    irena = await staffAt(test, 'irena')
    page = `${admin}/${(await thePortal(test)).id}/appearance`
  })
  after(() => test.close())
  beforeEach(() => irena.open(page))

  const linksOf = async (): Promise<{ stylesheet: string | undefined; logo: string | undefined }> => {
    const entrance = await test.visitor().open(`${door}/sign-in`)
    const $ = entrance.page
    return { stylesheet: $('link[href*="theme.css"]').attr('href'), logo: $('.brand img').attr('src') }
  }

  it('E01 an accent is in force on the sign-in page at once, by a stylesheet that any cache may keep', async () => {
    expect((await linksOf()).stylesheet, 'before').to.equal(undefined)
    await irena.send('Save', { accent: '8A2BE2' })
    irena.is(200).sees('Saved.', 'Accent colour changed by Irena Malá', '– → #8a2be2')
    const { stylesheet } = await linksOf()
    const sent = await test.visitor().peek(stylesheet!)
    expect(sent.status).to.equal(200)
    expect(sent.headers).to.include({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff'
    })
    expect(sent.headers).not.to.have.any.keys('set-cookie', 'vary')
    expect(sent.text).to.include('--accent:#8a2be2;--accent-ink:#8a2be2').and.include('prefers-color-scheme:dark')
    const unstamped = await test.visitor().peek(`${door}/theme.css`)
    expect(unstamped.headers['cache-control']).to.equal('no-cache')
  })

  it('E01 the picker counts where the value beside it was left alone, and the value where both were changed', async () => {
    await irena.send('Save', { picked: '#0b5394' })
    expect((await thePortal(test)).accent).to.equal('#0b5394')
    await irena.send('Save', { picked: '#7d6900', accent: '#6b6b6b' })
    expect((await thePortal(test)).accent).to.equal('#6b6b6b')
  })

  it('E01 a colour nobody could read is refused with the nearest one that works, which a button takes', async () => {
    await irena.send('Save', { accent: '#0b5394' })
    await irena.send('Save', { accent: '#ffd700' })
    irena.is(422).sees('#ffd700 could hardly be read', '1.2 : 1', 'The nearest colour that works is #7d6900')
    expect(irena.page('#field-accent').attr('value'), 'what was typed').to.equal('#ffd700')
    expect((await thePortal(test)).accent).to.equal('#0b5394')
    await irena.send('Take #7d6900')
    irena.is(200)
    expect((await thePortal(test)).accent).to.equal('#7d6900')
    await irena.send('Save', { accent: 'gold' })
    irena.is(422).sees('Please write a colour as # and six digits')
  })

  it('E01 without a value it is Portico’s own again, and there is no stylesheet', async () => {
    await irena.send('Save', { accent: '#0b5394' })
    const { stylesheet } = await linksOf()
    await irena.send('Save', { accent: '' })
    irena.is(200).sees('Portico’s own colour')
    expect((await linksOf()).stylesheet).to.equal(undefined)
    expect((await test.visitor().peek(stylesheet!)).status).to.equal(404)
  })

  it('A28 the second of two who change it is told', async () => {
    const frank = await (await staffAt(test, 'frank')).open(page)
    await irena.send('Save', { accent: '#0b5394' })
    await frank.send('Save', { accent: '#8a2be2' })
    frank.is(409).sees('Somebody else')
    expect(frank.page('#field-accent').attr('value')).to.equal('#8a2be2')
    expect((await thePortal(test)).accent).to.equal('#0b5394')
  })

  const upload = (name: string, content: Buffer | string): Promise<Visitor> =>
    irena.send('Upload', {}, [{ field: 'logo', name, content }])

  it('E01 a logo stands on the sign-in page under the portal’s name, and can be taken away', async () => {
    for (const [name, content, type] of [
      ['logo.png', pngOf(320, 80), 'image/png'],
      ['logo.jpg', jpegOf(320, 80), 'image/jpeg'],
      ['logo.webp', webpOf('VP8L', 320, 80), 'image/webp']
    ] as const) {
      await irena.open(page)
      await upload(name, content)
      irena.is(200).sees('Logo changed by Irena Malá')
      const { logo } = await linksOf()
      const sent = await test.visitor().peek(logo!)
      expect(sent.headers).to.include({
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox"
      })
      expect(Buffer.from(sent.body as Buffer).equals(content), name).to.equal(true)
    }
    const entrance = await test.visitor().open(`${door}/sign-in`)
    expect(entrance.page('.brand img').attr('alt')).to.equal('Thermovia Service')
    await irena.send('Remove the logo')
    irena.is(200).sees('Logo removed by Irena Malá')
    expect((await linksOf()).logo).to.equal(undefined)
    const gone = await test.visitor().peek(`${door}/logo`)
    expect(gone.status).to.equal(404)
    expect(gone.headers['cache-control'], 'X5 A45 a page with a token in it').to.include('no-store')
    expect(gone.headers['vary']).to.be.a('string')
  })

  it('A19 what is no such picture is refused with the reason, whatever it is called', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for (const [name, content, reason] of [
      ['logo.svg', svg, 'SVG and other files are not taken: they can hold scripts'],
      ['logo.png', svg, 'SVG and other files are not taken'],
      ['logo.gif', Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64'), 'SVG and other files are not taken'],
      ['logo.svg', pngOf(10, 10), 'SVG and other files are not taken'],
      ['logo.png', pngOf(2001, 10), 'more than 2000 pixels in one direction'],
      ['logo.png', Buffer.concat([pngOf(10, 10), Buffer.alloc(200_000)]), 'larger than 200 kB'],
      ['logo.webp', webpOf('VP8X', 10, 10, { isMoving: true }), 'broken, or it moves']
    ] as const) {
      await upload(name, content)
      irena.is(422)
      expect(irena.page('#field-logo-error').text(), reason).to.include(reason)
    }
    expect((await thePortal(test)).logo).to.equal(undefined)
  })
})
