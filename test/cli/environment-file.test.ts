import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { lineOf, readVariables, withVariables } from '../../src/environment-file.js'
import { OperatorError } from '../../src/errors.js'
import { temporaryFolder } from '../support/child-process.js'

const hard = {
  PLAIN: 'mysql://user:password@127.0.0.1:3306/portico',
  BLANKS: ' Nordwind & Söhne, "the" best ',
  DOLLAR: 'pa$$word $HOME ${HOME} $(id) `id`',
  HASH: '#not a comment # either',
  PERCENT: '100%s %h %%',
  QUOTES: `it's "so" \\" and \\' and \\\\ at the end \\`,
  SHELL: 'a;b|c&d<e>f(g)h~i!j*k?l[m]{n,o}',
  TILDE: '~/x:~/y',
  EMPTY: '',
  WORDS: 'Jiří ☂ \u00a0'
}

/** systemd's reading of a file of variables (parse_env_file_internal in src/basic/env-file.c), letter by letter. */
function asSystemdReads(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  let state = 'before' as
    'before' | 'key' | 'pre' | 'value' | 'single' | 'double' | 'escape' | 'double escape' | 'comment'
  let key = ''
  let value = ''
  let end = 0
  const push = (): void => {
    found[key.trim()] = value.slice(0, end)
    ;[state, key, value, end] = ['before', '', '', 0]
  }
  const take = (letter: string): void => {
    value += letter
    end = value.length
  }
  const steps: Record<typeof state, (letter: string) => void> = {
    before: (c) => {
      if ('#;'.includes(c)) state = 'comment'
      else if (!/\s/.test(c)) [state, key] = ['key', c]
    },
    key: (c) => {
      if (c === '\n') [state, key] = ['before', '']
      else if (c === '=') state = 'pre'
      else key += c
    },
    pre: (c) => {
      if (c === '\n') push()
      else if (c === "'") state = 'single'
      else if (c === '"') state = 'double'
      else if (c === '\\') state = 'escape'
      else if (!/[ \t]/.test(c)) {
        state = 'value'
        take(c)
      }
    },
    value: (c) => {
      if (c === '\n') push()
      else if (c === '\\') state = 'escape'
      else if (/[ \t]/.test(c)) value += c
      else take(c)
    },
    single: (c) => (c === "'" ? (state = 'pre') : take(c)),
    double: (c) => {
      if (c === '"') state = 'pre'
      else if (c === '\\') state = 'double escape'
      else take(c)
    },
    escape: (c) => {
      state = 'value'
      if (c !== '\n') take(c)
    },
    'double escape': (c) => {
      state = 'double'
      if ('"\\`$'.includes(c)) take(c)
      else if (c !== '\n') take(`\\${c}`)
    },
    comment: (c) => {
      if (c === '\n') state = 'before'
    }
  }
  for (const letter of `${text}\n`) steps[state](letter)
  return found
}

function asShReads(text: string, names: readonly string[]): Record<string, string> {
  const file = join(temporaryFolder('sh'), 'portico.env')
  writeFileSync(file, text)
  const script = `set -eu; . "$1"; shift; for n; do eval "printf '%s\\0' \\"\\$$n\\""; done`
  const env = { HOME: '/nowhere', PATH: process.env.PATH }
  const said = execFileSync('sh', ['-c', script, 'sh', file, ...names], { env, encoding: 'utf8' })
  return Object.fromEntries(
    said
      .split('\0')
      .slice(0, -1)
      .map((value, index) => [names[index]!, value])
  )
}

describe('the configuration file', () => {
  it('says the same to systemd, to sh and to us, whatever stands in a value', () => {
    const text = withVariables('# ours\n', hard)
    expect(readVariables(text, 'x')).to.deep.equal(hard)
    expect(asSystemdReads(text)).to.deep.equal(hard)
    expect(asShReads(text, Object.keys(hard))).to.deep.equal(hard)
  })

  it('says the same for values that nobody thought of', () => {
    // eslint-disable-next-line no-control-regex
    const values = fc.string({ unit: 'binary' }).filter((value) => !/[\u0000-\u001f\u007f]/.test(value))
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 20 }), (list) => {
        const wanted = Object.fromEntries(list.map((value, index) => [`V${index}`, value]))
        const text = withVariables('', wanted)
        expect(readVariables(text, 'x')).to.deep.equal(wanted)
        expect(asSystemdReads(text)).to.deep.equal(wanted)
      }),
      { numRuns: 200 }
    )
  })

  it('what a person wrote is taken only as all three read it', () => {
    const lines = ['A=plain#1', 'B="x \\$ y"', "C='x $ y'", 'D=', '', '# comment', 'E=?a=1*']
    const read = readVariables(lines.join('\n'), 'x')
    expect(read).to.deep.equal({ A: 'plain#1', B: 'x $ y', C: 'x $ y', D: '', E: '?a=1*' })
    expect(asSystemdReads(lines.join('\n'))).to.deep.equal(read)
    expect(asShReads(lines.join('\n'), Object.keys(read))).to.deep.equal(read)
    const strange = [
      'A=pa$word',
      'A=two words',
      'A="x" # y',
      'export A=b',
      'A = b',
      'A=b\\',
      'A="$HOME"',
      'A=b\r',
      '; x',
      'A=x&y'
    ]
    for (const line of strange) expect(() => readVariables(line, 'x'), line).to.throw(OperatorError, /line 1: /)
  })

  it('names the line of a fault and not what stands in it', () => {
    const fault = (): unknown => readVariables('A=b\n\nSECRET=pass word', '/etc/portico.env')
    expect(fault).to.throw(/^\/etc\/portico\.env can't be used:\n- line 3: put the value [^\n]*$/)
    expect(fault).not.to.throw(/pass/)
    expect(() => lineOf('A', 'two\nlines')).to.throw(OperatorError, /^A has a line break/)
  })

  it('a change leaves everything else as it was', () => {
    const text = '# mine\nA=1\n\n# of B\nB="2 3"\nA=4\n'
    const changed = withVariables(text, { A: 'new one', C: '5', B: undefined })
    expect(changed).to.equal('# mine\nA="new one"\n\n# of B\nC=5\n')
  })
})
