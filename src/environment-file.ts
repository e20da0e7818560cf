/** A file of variables that systemd (`EnvironmentFile=`), sh (`. file`) and we read alike; what they would read differently is refused. */
import { OperatorError } from './errors.js'

/** The variables of a file's text, by name. @throws OperatorError naming each line that can't be taken, never what stands in it. */
export function readVariables(text: string, file: string): Record<string, string> {
  const read = text.split('\n').map(readLine)
  const problems = read.flatMap((line, index) =>
    line.kind === 'problem' ? [`- line ${index + 1}: ${line.sentence}`] : []
  )
  if (problems.length > 0) throw new OperatorError(`${file} can't be used:\n${problems.join('\n')}`)
  return Object.fromEntries(read.flatMap((line) => (line.kind === 'variable' ? [[line.name, line.value]] : [])))
}

/** The same text with `values` in it: their lines are replaced or added at the end, everything else stays. `undefined` removes a variable. */
export function withVariables(text: string, values: Readonly<Record<string, string | undefined>>): string {
  const left = new Map(Object.entries(values))
  const lines = text
    .replace(/\n+$/, '')
    .split('\n')
    .flatMap((line) => {
      const read = readLine(line)
      if (read.kind !== 'variable' || !(read.name in values)) return [line]
      const isFirst = left.delete(read.name)
      const value = values[read.name]
      return isFirst && value !== undefined ? [lineOf(read.name, value)] : []
    })
  const added = [...left].flatMap(([name, value]) => (value === undefined ? [] : [lineOf(name, value)]))
  return `${[...lines, ...added].join('\n').replace(/^\n+/, '')}\n`
}

/** `NAME=value`, quoted where one of the readers would need it. @throws OperatorError for control characters: no reader keeps them. */
export function lineOf(name: string, value: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value))
    throw new OperatorError(
      `${name} has a line break or another control character in it, which can't be kept in a file.`
    )
  return /^[\w./:@%+,=-]+$/.test(value) ? `${name}=${value}` : `${name}="${value.replace(/["\\$`]/g, '\\$&')}"`
}

type Line =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'variable'; readonly name: string; readonly value: string }
  | { readonly kind: 'problem'; readonly sentence: string }

/** The three ways to write a value in which no reader finds anything to expand, to strip or to end it early. */
const bare = /^[^\s"'`\\$;&|<>()~]*$/
const inDouble = /^"((?:[^"\\$`]|\\["\\$`])*)"$/
const inSingle = /^'([^'\\]*)'$/

function readLine(line: string): Line {
  if (/^\s*(#|$)/.test(line)) return { kind: 'nothing' }
  if (/^\s*export\s/.test(line)) return problem('leave `export` out: systemd skips such lines.')
  const [, name, written = ''] = /^([A-Za-z_]\w*)=(.*?)[ \t]*$/.exec(line) ?? []
  if (name === undefined) return problem('write NAME=value, without blanks before or around the equals sign.')
  const value = valueOf(written)
  return value === undefined
    ? problem('put the value between double quotes, with \\ before each of " \\ $ `, and nothing after it.')
    : { kind: 'variable', name, value }
}

function problem(sentence: string): Line {
  return { kind: 'problem', sentence }
}

function valueOf(written: string): string | undefined {
  if (bare.test(written)) return written
  const double = inDouble.exec(written)?.[1]
  return double === undefined ? inSingle.exec(written)?.[1] : double.replace(/\\(.)/g, '$1')
}
