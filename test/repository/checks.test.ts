/** The project's own checks notice what they are for, and let the good through. */
import { expect } from 'chai'
import { textProblems, useProblems } from '../../scripts/check-locales.js'
import { viewProblems } from '../../scripts/check-views.js'
import { featuresPage, unknownIds } from '../../scripts/features.js'
import { codeOfView, textsOf } from '../../scripts/source-text.js'

const texts = (language: string, entries: Record<string, string>): [string, Map<string, string>] => [
  language,
  new Map(Object.entries(entries))
]

describe('the check of translations', () => {
  const english = texts('en', {
    'web:page_one': 'One page',
    'web:page_other': '{{count}} pages',
    'web:hello': 'Hello {{name}}'
  })
  const czech = {
    'web:page_one': '{{count}} strana',
    'web:page_few': '{{count}} strany',
    'web:page_many': '{{count}} strany',
    'web:page_other': '{{count}} stran',
    'web:hello': 'Ahoj {{name}}'
  }

  it('takes languages that say the same', () => {
    expect(textProblems(new Map([english, texts('cs', czech)]))).to.deep.equal([])
  })

  it('misses a key, a plural form and a variable', () => {
    const { 'web:page_many': _many, ...short } = { ...czech, 'web:hello': 'Ahoj', 'web:more': 'Více' }
    expect(textProblems(new Map([english, texts('cs', short)]))).to.have.members([
      'cs: web:page_many is missing',
      'cs: web:hello does without {{name}}',
      'en: web:more is missing'
    ])
  })

  it('misses used texts that are not there, and finds idle ones', () => {
    const keys = new Map(
      Object.entries({ 'web:a.one': 'x', 'web:b.red': 'x', 'errors:gone': 'x', 'web:idle.text': 'x' })
    )
    const source = textsOf(
      'a.ts',
      `[t('web:a.one'), t(\`web:b.\${tone}\`), new Refused('errors.gone'), t('web:a.two'), t('plain')]`
    )
    expect(useProblems(keys, source)).to.have.members([
      'a.ts:1: no text for web:a.two',
      'a.ts:1: no text for plain',
      'locales: nothing uses web:idle.text'
    ])
  })

  it('reads the code in views on its own lines', () => {
    const view = `<p>\n<%# t('web:not.this') %><%= t('web:this.one') %></p>\n<% if (a) { %>t('web:nor.this')<% } %>`
    expect(textsOf('a.ejs', codeOfView(view)).map((text) => [text.where, ...text.pieces])).to.deep.equal([
      ['a.ejs:2', 'web:this.one']
    ])
  })
})

describe('the check of views', () => {
  const problemsOf = (view: string): string[] =>
    viewProblems('views/a/page.ejs', view, (file) => !file.includes('missing'))

  it('takes a view that keeps the rules', () => {
    const view = `<h1><%= page.title %></h1><%- include('../_icon', { name: 'plus' }) %>
      <form method="post" action="<%= url('/a') %>"><%- include('../_csrf') %><button>Go</button></form>`
    expect(problemsOf(view)).to.deep.equal([])
  })

  it('lets one partial print HTML, one a chart, and those nothing else', () => {
    const problems = (file: string, view: string): string[] => viewProblems(file, view, () => true)
    expect(problems('views/_rich-text.ejs', '<div><%- html %></div>')).to.deep.equal([])
    expect(problems('views/_rich-text.ejs', '<div><%- record.html %></div>')).to.have.lengthOf(1)
    expect(problems('views/a/_rich-text.ejs', '<div><%- html %></div>')).to.have.lengthOf(1)
    expect(problems('views/_drawing.ejs', '<%- svg %>')).to.deep.equal([])
    expect(problems('views/_drawing.ejs', '<%- html %>')).to.have.lengthOf(1)
    expect(problems('views/portal/home.ejs', '<%- svg %>')).to.have.lengthOf(1)
  })

  for (const [what, view] of [
    ['code that does not parse', '<% if (a { %>'],
    ['unescaped output', '<%- record.name %>'],
    ['an include of nothing', `<%- include('missing') %>`],
    ['an icon that is not there', `<%- include('_icon', { name: 'missing' }) %>`],
    ['an inline script', '<script>go()</script>'],
    ['an inline style', '<p class="<%= a > b %>" style="color: red">'],
    ['an event handler', `<button onclick="go()">`],
    ['a javascript: address', '<a href="javascript:go()">'],
    ['a POST form without a token', `<form action="<%= a > b %>" method="post"></form>`],
    ['a form whose method may be POST', '<form method="<%= method %>"></form>']
  ] as const) {
    it(`notices ${what}`, () => {
      expect(problemsOf(view)).to.have.lengthOf(1)
    })
  }
})

describe('the page of features', () => {
  const groups = [{ letter: 'Q', title: 'Samples', rules: { T88: 'Something.', T89: 'Something else.' } }]
  const test = (...path: string[]): { file: string; path: string[] } => ({ file: 'test/a.test.ts', path })

  it('names the tests of a rule once, however many engines they run on', () => {
    const tests = [test('on SQLite', 'a door (T88)', 'opens'), test('on MariaDB', 'a door (T88)', 'opens')]
    const page = featuresPage(groups, tests)
    expect(page).to.contain('**T88** Something. *Shown by 1 test:*\n  - `test/a.test.ts`: a door (T88) › opens')
    expect(page).to.contain('**T89** Something else. *Not yet.*')
  })

  it('notices ids of no rule', () => {
    expect(unknownIds(groups, [test('T88–T90')])).to.deep.equal(['test/a.test.ts: there is no rule T90'])
  })
})
