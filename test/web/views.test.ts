import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openViews, type Views } from '../../src/web/views.js'
import { temporaryFolder } from '../support/child-process.js'

describe('views', () => {
  const folder = temporaryFolder('views')
  const write = (name: string, text: string): void => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, `${name}.ejs`), text)
  }
  const views = (fixed = true): Views => openViews(folder, fixed)

  it('include others: beside them, above them, and below the folder of all', () => {
    write('_icon', '(<%= name %>)')
    write('portal/_cell', '<%= value %>')
    write('portal/list', "<%- include('_cell', { value: 1 }) %><%- include('../_icon', { name: 'x' }) %>")
    write('portal/deep/page', "<%- include('_icon', { name: 'y' }) %>")
    expect(views().render('portal/list', {})).to.equal('1(x)')
    expect(views().render('portal/deep/page', {})).to.equal('(y)')
  })

  it('show an included one what they show, and what it is given in its place; nothing comes back', () => {
    write('_inner', '<%= a %><%= b %>')
    write('outer', "<%- include('_inner', { b: 3 }) %><%= b %><%- include('_inner') %>")
    expect(views().render('outer', { a: 1, b: 2 })).to.equal('13212')
  })

  it('escape what they show', () => {
    write('escaped', '<%= text %>')
    expect(views().render('escaped', { text: `<b>&"'` })).to.equal('&lt;b&gt;&amp;&#34;&#39;')
  })

  it('know nothing of what every object has', () => {
    write('optional', "<%= locals.constructor ?? 'none' %>")
    expect(views().render('optional', {})).to.equal('none')
    write('_within', "<%= locals.valueOf ?? 'none' %>")
    write('around', "<%- include('_within', {}) %>")
    expect(views().render('around', {})).to.equal('none')
  })

  it('are read anew while they may change, and once when they may not', () => {
    const [changing, fixed] = [views(false), views(true)]
    write('text', 'before')
    expect([changing.render('text', {}), fixed.render('text', {})]).to.deep.equal(['before', 'before'])
    write('text', 'after')
    expect([changing.render('text', {}), fixed.render('text', {})]).to.deep.equal(['after', 'before'])
  })

  it('say what is missing', () => {
    write('broken', "<%- include('_nowhere') %>")
    expect(() => views().render('broken', {})).to.throw('There is no view _nowhere')
    expect(() => views().render('none-at-all', {})).to.throw(/ENOENT/)
  })
})
