/** The extension's PHP and JavaScript: licensed as EspoCRM is, where its names say, counted truly, and free of slips where PHP is there to tell. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { packageFiles, withLineCounts } from '../../scripts/build-espocrm.js'

const files = packageFiles()
const readme = readFileSync('hosts/espocrm/README.md', 'utf8')
const php = [...files.keys()].filter((path) => path.endsWith('.php'))
const code = [...files.keys()].filter((path) => /\.(php|js)$/.test(path))

describe("the extension's code", () => {
  it('says in every file under which licence it stands', () => {
    expect(code).to.have.length.greaterThan(10)
    for (const path of code)
      expect(text(path).slice(0, 400), path).to.include('SPDX-License-Identifier: AGPL-3.0-or-later')
    expect(text('LICENSE')).to.include('GNU AFFERO GENERAL PUBLIC LICENSE')
  })

  it('has one class a file, called as the file is, with a sentence on what it is for', () => {
    for (const path of php) {
      const name = /(\w+)\.php$/.exec(path)![1]!
      const space = /Espo\/Modules\/Portico(?:\/\w+)*(?=\/\w+\.php)/.exec(path)?.[0].replaceAll('/', '\\')
      expect(text(path), path).to.match(new RegExp(`\\*/\nclass ${name}\\b`))
      expect(/^namespace (.+);$/m.exec(text(path))?.[1], path).to.equal(space)
    }
  })

  it('stands in the README with its true number of lines and the reason for each file', () => {
    const rows = [...readme.matchAll(/^\| `(\S+\.php)` +\| +\d+ \| (\S.*?) +\|$/gm)]
    expect(rows.map((row) => row[1])).to.have.members(php)
    expect(withLineCounts(readme, files), 'npm run build:espocrm counts anew').to.equal(readme)
    expect(withLineCounts(readme, new Map([[php[0]!, Buffer.from('<?php\n\n// no\nreturn 1;\n')]]))).not.to.equal(
      readme
    )
  })

  it('is PHP that PHP can read, where there is one, and has no short tags or text outside of them anywhere', () => {
    const hasPhp = spawnSync('php', ['--version']).status === 0
    for (const path of php) {
      expect(text(path), path)
        .to.match(/^<\?php\n/)
        .and.not.match(/\?>|<\?=/)
      if (hasPhp) expect(spawnSync('php', ['-l'], { input: text(path) }).stdout.toString(), path).to.match(/^No syntax/)
    }
  })

  it('names its common hooks after Portico: of hooks with one short name EspoCRM would run only one', () => {
    const hooks = php.filter((path) => path.includes('/Hooks/'))
    expect(hooks).to.have.length(5)
    for (const path of hooks) expect(path).to.match(/\/Hooks\/Common\/Portico\w+\.php$/)
  })

  it('lets nobody in without asking who he is', () => {
    const actions = php.filter((path) => path.includes('/Api/'))
    expect(actions).to.have.length.greaterThan(5)
    for (const path of actions)
      expect(text(path), path).to.match(/caller->mustBeService|Caller::isStaff\(\$this->user\)/)
  })
})

function text(path: string): string {
  return files.get(path)!.toString()
}
