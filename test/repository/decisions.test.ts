/** Each dependency is a decision: it has its line in docs/decisions, and no line speaks of one that is gone. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'

const lines = readFileSync('docs/decisions/0002-dependencies.md', 'utf8').split('\n')

describe('the decisions about dependencies', () => {
  it('name exactly the packages of package.json', () => {
    expect(decided()).to.have.members(installed())
  })
})

function decided(): string[] {
  const rows = lines.filter((line) => /^\| [@a-z]/.test(line) && !line.startsWith('| package'))
  return rows.flatMap((row) => row.split('|')[1]!.trim().split(', ')).map((name) => name.replace(/ \d+$/, ''))
}

/** Types belong to the package they describe. */
function installed(): string[] {
  type Packages = Record<string, string>
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Packages>
  return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@types/'))
}
