/** The scope is the door: what isn't the kernel or a host reads Portico's own tables and nothing else. */
import { expect } from 'chai'
import ts from 'typescript'
import { hostNamesIn, tableUsesIn, type TableUse } from './table-uses.js'

const behindTheDoor = /\/src\/(access|db|host|cli)\/|\/src\/[^/]+\.ts$/
const isFeature = (file: string): boolean => /\/src\/.*\.ts$/.test(file) && !behindTheDoor.test(file)
const isForeign = (use: TableUse): boolean => use.tables.some((table) => !table.startsWith('portico_'))

describe('a feature', function () {
  this.timeout(60_000)
  let program: ts.Program

  before(() => {
    program = programOf()
  })

  it('hands knex the names of Portico’s own tables and no other', () => {
    const uses = tableUsesIn(program, isFeature)
    expect(uses.filter(isForeign)).to.deep.equal([])
    expect(uses.length).to.be.greaterThan(10)
  })

  it('does not speak of a host’s tables', () => {
    expect(hostNamesIn(program, isFeature)).to.deep.equal([])
  })
})

describe('the check of the door', function () {
  this.timeout(60_000)

  it('notices every way past it', () => {
    const lines = [
      `db('crm_contacts')`,
      `trx('contact as c')`,
      `host.db('portico_portals').join('crm_cases', 'a', 'b')`,
      `db.from('account')`,
      `db(module.table)`,
      `db.raw('select id from crm_contacts')`,
      'db.raw(sql)'
    ]
    expect(linesFound(lines)).to.deep.equal(lines)
  })

  it('lets our own tables through', () => {
    const lines = [
      `db('portico_portals as p')`,
      'db(ours)',
      `db('portico_a').leftJoin('portico_b', 'x', 'y')`,
      `db.raw('select 1')`
    ]
    expect(linesFound(lines)).to.deep.equal([])
  })
})

function programOf(more: string[] = []): ts.Program {
  const config = ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file))
  const { options, fileNames } = ts.parseJsonConfigFileContent(config.config, ts.sys, '.')
  return ts.createProgram([...fileNames, ...more], { ...options, noEmit: true, incremental: false })
}

/** Which of these lines, in a feature, would name a foreign table. */
function linesFound(lines: readonly string[]): string[] {
  const file = `${process.cwd()}/src/portal/probe.ts`
  const head = [
    `import type { Knex } from 'knex'`,
    'declare const db: Knex, trx: Knex.Transaction, host: { db: Knex }, module: { table: string }, sql: string',
    'declare const ours: `portico_${string}`'
  ]
  const text = [...head, ...lines.map((line) => `void ${line}`)].join('\n')
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    noEmit: true,
    types: []
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile } = host
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, options.target!, true) : getSourceFile.call(host, name, ...rest)
  host.fileExists = (name) => name === file || fileExists.call(host, name)
  host.readFile = (name) => (name === file ? text : readFile.call(host, name))
  const program = ts.createProgram([file], options, host)
  const places = tableUsesIn(program, (name) => name === file)
    .filter(isForeign)
    .map((use) => Number(use.where.split(':')[1]))
  return lines.filter((_, index) => places.includes(index + head.length + 1))
}
