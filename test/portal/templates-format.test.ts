import { expect } from 'chai'
import { asHtml, asLine, asText, merged, mergeFieldsIn, unknownFields } from '../../src/messages/merge-fields.js'
import { writeLetter, type LetterStyle } from '../../src/portal/templates/letter.js'
import { formatted, hasFieldInAddress, hasLink } from '../../src/portal/templates/mail-format.js'
import { defaultTemplate, templateKinds, type Template } from '../../src/portal/templates/mail-templates.js'
import { problemsIn } from '../../src/portal/templates/template-check.js'
import { textPart } from '../../src/portal/templates/text-part.js'
import { locales } from '../../src/host/catalog.js'

describe('merge fields', () => {
  it('Z17 are replaced by values, each written for the place it stands in', () => {
    const values = { name: 'Anna <b>\r\nBcc: eve@evil.example' }
    expect(merged('Hello {{ name }}{{gone}}!', values, asHtml)).to.equal('Hello Anna &lt;b&gt;\nBcc: eve@evil.example!')
    expect(merged('{{name}}', values, asLine)).to.equal('Anna <b> Bcc: eve@evil.example')
    expect(merged('{{name}}', values, asText)).to.equal('Anna <b>\nBcc: eve@evil.example')
  })

  it('Z17 a value is a value, whatever it says: neither a field nor a property of objects', () => {
    expect(merged('{{name}}', { name: '{{link}}', link: 'secret' }, asText)).to.equal('{{link}}')
    expect(merged('{{constructor}}{{__proto__}}', {}, asText)).to.equal('')
    expect(merged('{{name}}', { name: "$& $1 $'" }, asText)).to.equal("$& $1 $'")
  })

  it('Z17 that there are not, and braces that are left over, are named', () => {
    expect(mergeFieldsIn('{{a}} {{ b }} {{a}}')).to.deep.equal(['a', 'b'])
    expect(unknownFields('{{a}} { {{ b }}', ['a', 'b'])).to.deep.equal([])
    expect(unknownFields('{{a}} {{c}} {{b', ['a', 'b'])).to.deep.equal(['c', '{{'])
    expect(unknownFields('a}} {{}}', ['a'])).to.deep.equal(['', '}}'])
  })
})

describe('the format of mail templates', () => {
  const html = (body: string): string => formatted(body, 'Accept')

  it('Z17 has font, size, colour, background, alignment, pictures and links', () => {
    const styled = '<span style="color:#b3261e;font-size:20px;background-color:yellow">big</span>'
    expect(html(styled)).to.equal(`<p>${styled}</p>`)
    expect(html('<p align="center">middle</p>')).to.equal('<p align="center">middle</p>')
    expect(html('**a** *b* [c](https://ok.example/?a=1&b=2)')).to.equal(
      '<p><strong>a</strong> <em>b</em> <a href="https://ok.example/?a=1&amp;b=2">c</a></p>'
    )
    expect(html('![logo](https://ok.example/a.png)')).to.equal(
      '<p><img src="https://ok.example/a.png" alt="logo" /></p>'
    )
  })

  for (const [what, body] of [
    ['scripts', '<script>alert(1)</script><p onclick="alert(1)">x</p>'],
    [
      'addresses that run',
      '[x](javascript:alert(1)) <a href="javascript:alert(1)">x</a> <a href="data:text/html,x">x</a>'
    ],
    ['pictures without https', '<img src="http://x.example/a.png"><img src="cid:1"><img src="//x.example/a.png">'],
    [
      'styles that hide, cover or fetch',
      '<p style="position:fixed;display:none;color:transparent;background:url(https://x.example)">x</p>'
    ],
    [
      'frames and forms',
      '<iframe src="https://x.example"></iframe><form action="https://x.example"><input name="a"></form>'
    ],
    ['style sheets', '<style>p{display:none}</style><link rel="stylesheet" href="https://x.example/a.css">']
  ] as const)
    it(`Z17 has no ${what} (A23)`, () => {
      expect(html(body)).not.to.match(
        /<script|on\w+=|="javascript:|data:text|<img|position|display|transparent|url\(|<iframe|<form|<input|<style|<link/i
      )
    })

  it('Z17 knows whether the link can be followed', () => {
    for (const body of [
      '{{link}}',
      'Go [here]({{ link }})',
      '<a href="{{link}}">here</a>',
      '<p align="center">{{link}}</p>'
    ])
      expect(hasLink(html(body)), body).to.equal(true)
    for (const body of [
      '',
      '<!-- {{link}} -->',
      '`{{link}}`',
      '[]({{link}})',
      '<a href="{{link}}"><b></b></a>',
      '<a href="{{link}}">&#8203;&shy;</a>',
      '{{name}}',
      '![{{link}}](https://x.example/a.png)'
    ])
      expect(hasLink(html(body)), body).to.equal(false)
  })

  it('Z17 gives nobody’s values away in an address (A12)', () => {
    for (const body of [
      '[x](https://evil.example/?{{name}})',
      '<a href="https://evil.example/?n={{record.phone}}">x</a>',
      '![x](https://evil.example/{{name}}.png)',
      "<img src='https://evil.example/{{name}}.png'>",
      '[x]({{name}})',
      '[x]({{link}}?a=1)'
    ]) {
      expect(hasFieldInAddress(body), body).to.equal(true)
      expect(html(body), body).not.to.match(/(href|src)="[^"]*\{\{(?!link\}\}")/)
    }
    expect(hasFieldInAddress('[x]({{link}}) {{name}} [y](https://ok.example) <a href="{{link}}">z</a>')).to.equal(false)
  })

  it('Z17 as plain text says the same, with every address', () => {
    const body =
      '# Hello\n\nSee [our page](https://ok.example) or mail a@ok.example.\n\n1. one\n2. two\n\n- x\n- y & z\n\n[Accept]({{link}})'
    expect(textPart(html(body))).to.equal(
      'Hello\n\nSee our page (https://ok.example) or mail a@ok.example.\n\n1. one\n2. two\n\n- x\n- y & z\n\nAccept:\n{{link}}'
    )
  })
})

describe('a letter from a template', () => {
  const style: LetterStyle = { kind: 'invitation', language: 'en', portal: { accent: '#7a3e9d' } }
  const values = {
    name: 'Anna <b>Berg</b>\r\nBcc: eve@evil.example',
    portal: 'Acme & Sons',
    inviter: 'Frank',
    valid: '7 days',
    link: 'https://crm.example/portal/acme/invitation/t0ken?a=1&b=2'
  }
  const template = (changes: Partial<Template>): Template => ({ ...defaultTemplate('invitation', 'en'), ...changes })

  it('Z17 says the same in text and in HTML; values are words in both', () => {
    const { text, html } = writeLetter(template({}), style, values)
    expect(text).to.contain('Hello Anna <b>Berg</b>').and.contain(`See the invitation:\n${values.link}`)
    expect(html)
      .to.contain('Anna &lt;b&gt;Berg&lt;/b&gt;')
      .and.contain(`href="${values.link.replace('&', '&amp;')}"`)
    expect(html).to.contain('Acme &amp; Sons').and.not.contain('{{')
    expect(text).not.to.contain('{{')
  })

  it('Z17 values are no Markdown: a name makes no link', () => {
    const { html } = writeLetter(template({}), style, { ...values, name: '[x](https://evil.example)' })
    expect(html).to.contain('[x](https://evil.example)').and.not.contain('href="https://evil')
  })

  it('Z17 has a subject of one line (A49)', () => {
    const { subject, html } = writeLetter(template({ subject: 'For {{name}}' }), style, values)
    expect(subject).to.equal('For Anna <b>Berg</b> Bcc: eve@evil.example')
    expect(html).to.contain('<title>For Anna &lt;b&gt;Berg&lt;/b&gt; Bcc: eve@evil.example</title>')
  })

  it('Z17 has a button in the portal’s colour, or a link', () => {
    const button = writeLetter(template({}), style, values).html
    expect(button).to.match(/<a href="[^"]*" style="[^"]*background:#7a3e9d[^"]*">See the invitation<\/a>/)
    const link = writeLetter(template({ hasButton: false }), style, values)
    expect(link.html).not.to.contain('background:#7a3e9d')
    expect(link.html).to.match(/<a href="[^"]*" style="color:#7a3e9d">https:/)
    const own = writeLetter(template({ body: 'Please [come in]({{link}}).' }), style, values)
    expect(own.html).to.match(/background:#7a3e9d[^"]*">come in<\/a>/)
    expect(own.text).to.equal(`Please come in (${values.link}).`)
  })

  for (const kind of templateKinds)
    it(`Z17 can be saved as the default text of ${kind} stands, in every language`, () => {
      for (const language of locales) {
        const { revision: _, ...form } = defaultTemplate(kind, language)
        const config = { mailFrom: 'portal@thermovia.example', company: { name: '', mailDomains: [] } }
        expect(problemsIn(config, form, { kind, module: undefined }), language).to.deep.equal({})
      }
    })

  it('Z15 10,000 of them take less than 2 ms each', () => {
    const one = template({ body: `${'Paragraph **bold** {{name}}\n\n'.repeat(30)}{{link}}` })
    const begin = performance.now()
    for (let place = 0; place < 10_000; place += 1) writeLetter(one, style, { ...values, name: `Person ${place}` })
    expect((performance.now() - begin) / 10_000).to.be.below(2)
  })
})
