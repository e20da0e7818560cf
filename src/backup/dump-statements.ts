/** The statements of a dump, and which of them are run: tables and their rows, nothing else. No client program sees them, so a dump can't give it
 *  commands, and each goes to the server alone. */
import { Transform } from 'node:stream'
import { TextDecoder } from 'node:util'
import { OperatorError } from '../errors.js'
import { printable } from './printable.js'

export interface Statement {
  readonly text: string
  /** The same with every text as `''` and every name as two backticks: what stands in them means nothing. Of a comment its whole text. */
  readonly skeleton: string
}

/** No row of ours comes near it. */
const longestStatement = 2 ** 28

/** Cuts a dump into statements and comments, wherever the pieces end. */
class StatementReader {
  private state: 'plain' | 'text' | 'escaped' | 'name' | 'comment' | 'line' = 'plain'
  private text = ''
  private skeleton = ''
  private last = ''

  read(piece: string): Statement[] {
    const whole: Statement[] = []
    let from = 0
    for (let at = 0; at < piece.length; at += 1) {
      const letter = piece[at] ?? ''
      const isOver = this.take(letter)
      this.last = letter
      if (!isOver) continue
      whole.push(this.finish(piece.slice(from, at + 1)))
      from = at + 1
    }
    this.text += piece.slice(from)
    if (this.text.length > longestStatement) throw new OperatorError('The backup has a statement that is too long.')
    return whole
  }

  /** @throws OperatorError when the dump ends within a statement. */
  end(): void {
    if (this.state !== 'line' && (this.state !== 'plain' || this.skeleton !== ''))
      throw new OperatorError(
        `The backup ends in the middle of a statement: ${printable((this.text || this.skeleton).trim().slice(0, 80))}`
      )
  }

  /** Says whether a statement ends with this letter. */
  private take(letter: string): boolean {
    switch (this.state) {
      case 'plain':
        return this.takePlain(letter)
      case 'text':
        if (letter === '\\') this.state = 'escaped'
        else if (letter === "'") this.leave(letter)
        return false
      case 'escaped':
        this.state = 'text'
        return false
      case 'name':
        if (letter === '`') this.leave(letter)
        return false
      case 'comment':
        return letter === '/' && this.last === '*'
      case 'line':
        return letter === '\n'
    }
  }

  private leave(letter: string): void {
    this.state = 'plain'
    this.skeleton += letter
  }

  private takePlain(letter: string): boolean {
    if (this.skeleton === '' && /\s/.test(letter)) return false
    this.skeleton += letter
    if (letter === "'") this.state = 'text'
    else if (letter === '`') this.state = 'name'
    else if (this.skeleton === '/*') this.state = 'comment'
    else if (this.skeleton === '--') this.state = 'line'
    return letter === ';'
  }

  private finish(rest: string): Statement {
    const text = (this.text + rest).trim()
    const skeleton = this.state === 'comment' ? text : this.skeleton
    this.state = 'plain'
    this.text = ''
    this.skeleton = ''
    return { text, skeleton }
  }
}

/** What a dump sets for its own run; we set it ourselves. */
const setting =
  /SET (?:@OLD_\w+\s*=|@saved_\w+\s*=|NAMES |(?:@@)?(?:(?:SESSION)?\.?(?:autocommit|character_set_\w+|collation_connection|time_zone|sql_mode|sql_notes|unique_checks|foreign_key_checks|note_verbosity)\s*=))/
    .source

/** What programs write around tables and rows, and an empty database can do without. */
const passedOver = [
  /^;$/,
  /^--$/,
  /^\/\*(?!M?!)/,
  /^\/\*M!999999\\- enable the sandbox mode \*\/$/,
  new RegExp(`^(?:/\\*M?!\\d{5,6} )?${setting}`, 'i'),
  /^\/\*!\d{5} ALTER TABLE `(?:[^`]|``)+` (?:DISABLE|ENABLE) KEYS \*\/$/,
  /^DROP TABLE IF EXISTS `+;$/,
  /^LOCK TABLES `+ WRITE;$/,
  /^UNLOCK TABLES;$/,
  /^(?:COMMIT|START TRANSACTION);$/i
]

/** Whether the statement is run. @throws OperatorError for anything that `portico backup` does not write. */
function isRun({ text, skeleton }: Statement): boolean {
  if (passedOver.some((pattern) => pattern.test(skeleton))) return false
  if (isTable(skeleton) || isRows(skeleton)) return true
  const shown = printable(text.slice(0, 80))
  throw new OperatorError(`A backup of Portico holds tables and their rows and nothing else; this is none: ${shown}`)
}

const foreignWord =
  /\b(?:select|table|union|like|directory|connection|tablespace|into|load_file|file_name|insert_method|server|definer|procedure)\b/i
/** Names of other databases have a dot; the rest would hide something, or keep rows in another place than the database. */
const foreignSign = /["#\\@]|--|\/\*|`\s*\.|\.\s*[`a-z_]/i
const foreignEngine = /\bENGINE\b(?!\s*=\s*(?:InnoDB|Aria|MyISAM|MEMORY|RocksDB)\b)/i

function isTable(skeleton: string): boolean {
  const [head, rest] = cut(/^CREATE TABLE (?:IF NOT EXISTS )?`+ \(/, skeleton)
  return head && ![foreignWord, foreignSign, foreignEngine].some((pattern) => pattern.test(rest))
}

/** Values are texts, numbers, bytes in hexadecimal digits and NULL. */
const value = /[\s(),'+-]+|\b(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?|NULL|_binary|b)\b|\.\d+/gi

function isRows(skeleton: string): boolean {
  const [head, rest] = cut(/^INSERT INTO `+ (?:\([`, ]+\) )?VALUES\s*(?=\()/, skeleton)
  return head && !rest.includes('--') && rest.replace(value, '') === ';'
}

function cut(head: RegExp, skeleton: string): [boolean, string] {
  const found = head.exec(skeleton)?.[0]
  return [found !== undefined, skeleton.slice(found?.length ?? 0)]
}

/** The statements that are run, of all in the dump. @throws OperatorError for a statement that a backup does not have */
export async function* statementsIn(dump: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const reader = new StatementReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const piece of dump)
    for (const statement of reader.read(decoded(decoder, piece))) if (isRun(statement)) yield statement.text
  decoded(decoder)
  reader.end()
}

function decoded(decoder: TextDecoder, piece?: Buffer): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined })
  } catch (cause) {
    throw new OperatorError('The backup of the database is no text in UTF-8.', { cause })
  }
}

/** Passes a dump on unchanged. It fails where a restore would: a backup that can't go back is none. */
export function refusingForeign(): Transform {
  const reader = new StatementReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      try {
        for (const statement of reader.read(decoded(decoder, piece))) isRun(statement)
        done(null, piece)
      } catch (error) {
        done(error as Error)
      }
    }
  })
}
