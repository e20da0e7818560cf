/** Counts the rows in what mariadb-dump or mysqldump writes, while it passes by. */
import { Transform } from 'node:stream'

export interface RowCount {
  /** Rows by table, also of tables without any. */
  readonly tables: Record<string, number>
  /** The first value of each row of the table that was asked for. */
  readonly firstValues: string[]
}

const [newline, quote, escape, open, close, comma, semicolon] = [..."\n'\\(),;"].map((letter) => letter.charCodeAt(0))

/** The longest beginning of a line that names a table, and all its columns where some are generated. */
const longestHead = 65_536

export interface Watched {
  /** Passes everything on unchanged. */
  readonly stream: Transform
  /** Whole when the stream has ended. */
  readonly count: RowCount
}

/** Counts what passes; `firstOf` is the table whose rows' first values are wanted. */
export function watchRows(firstOf: string | undefined): Watched {
  const reader = new DumpReader(firstOf)
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const byte of chunk) reader.read(byte)
      done(null, chunk)
    }
  })
  return { stream, count: reader.count }
}

/** Letter by letter. A statement begins at the start of a line, as both programs write it. */
class DumpReader {
  readonly count: RowCount = { tables: {}, firstValues: [] }
  private state: 'head' | 'passing' | 'values' | 'text' | 'escaped' = 'head'
  private head: number[] = []
  private table = ''
  private value: number[] | undefined

  constructor(private readonly firstOf: string | undefined) {}

  read(byte: number): void {
    switch (this.state) {
      case 'head':
        return this.takeHead(byte)
      case 'passing':
        if (byte === newline) this.begin()
        return
      case 'values':
        return this.takeValue(byte)
      case 'text':
        if (byte === escape) this.state = 'escaped'
        else if (byte === quote) this.state = 'values'
        this.value?.push(byte)
        return
      case 'escaped':
        this.state = 'text'
        this.value?.push(byte)
    }
  }

  private begin(): void {
    this.state = 'head'
    this.head = []
  }

  /** What a statement is stands before its first bracket, or on a line of its own. */
  private takeHead(byte: number): void {
    if (!this.isWholeHead(byte) && this.head.length < longestHead) return void this.head.push(byte)
    const words = Buffer.from(this.head).toString()
    const [, made] = /^CREATE TABLE (?:IF NOT EXISTS )?`((?:[^`]|``)+)`/.exec(words) ?? []
    const [, filled] = /^INSERT INTO `((?:[^`]|``)+)`(?: \([^\n]*\))? VALUES\s*$/.exec(words) ?? []
    if (made !== undefined) this.count.tables[made.replaceAll('``', '`')] ??= 0
    this.begin()
    if (filled !== undefined) this.beginRows(filled.replaceAll('``', '`'), byte)
    else if (byte !== newline) this.state = 'passing'
  }

  /** The names of columns stand in brackets too, and are no row. */
  private isWholeHead(byte: number): boolean {
    if (byte !== open) return byte === newline
    return !/^INSERT INTO `(?:[^`]|``)+` $/.test(Buffer.from(this.head).toString())
  }

  private beginRows(table: string, byte: number): void {
    this.table = table
    this.state = 'values'
    this.takeValue(byte)
  }

  private takeValue(byte: number): void {
    if (byte === open) this.beginRow()
    else if (byte === comma || byte === close) this.endValue()
    else this.value?.push(byte)
    if (byte === quote) this.state = 'text'
    else if (byte === semicolon) this.state = 'passing'
  }

  private beginRow(): void {
    this.count.tables[this.table] = (this.count.tables[this.table] ?? 0) + 1
    this.value = this.table === this.firstOf ? [] : undefined
  }

  private endValue(): void {
    if (this.value) this.count.firstValues.push(Buffer.from(this.value).toString().replace(/^'|'$/g, ''))
    this.value = undefined
  }
}
