/** Questions on a terminal: asked again, with the reason, until the answer can be taken. */
import { createInterface } from 'node:readline/promises'
import { Writable, type Readable } from 'node:stream'
import { OperatorError } from '../errors.js'

export interface Terminal {
  say(line?: string): void
  ask(question: Asked): Promise<string>
  close(): void
}

export interface Asked {
  readonly words: string
  readonly help?: string
  /** Taken when nothing is typed; undefined: something has to be. */
  readonly fallback: string | undefined
  /** As it is shown, where that is something else. */
  readonly shown?: string
  /** What is typed is not shown. */
  readonly isSecret?: boolean
  /** Sentences on what is wrong with an answer; none: it is taken. */
  problems(answer: string): readonly string[] | Promise<readonly string[]>
}

export function openTerminal(input: Readable, output: Writable, isTerminal = true): Terminal {
  let isSilent = false
  const shown = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isSilent) output.write(chunk)
      done()
    }
  })
  const reader = createInterface({ input, output: shown, terminal: isTerminal, historySize: 0 })
  const lines = linesOf(reader)
  const say = (line = ''): void => void output.write(`${line}\n`)

  const answerTo = async ({ words, fallback, shown: masked = fallback, isSecret }: Asked): Promise<string> => {
    output.write(`${words}${masked ? ` [${masked}]` : ''}: `)
    isSilent = isSecret === true
    const answer = (await lines.next()).trim()
    isSilent = false
    if (isSecret) say()
    return answer === '' ? (fallback ?? '') : answer
  }

  return {
    say,
    close: () => reader.close(),
    async ask(question) {
      say()
      if (question.help) say(`  ${question.help}`)
      for (;;) {
        const answer = await answerTo(question)
        const problems = answer === '' && question.fallback === undefined ? ['This needs an answer.'] : []
        problems.push(...(problems.length === 0 ? await question.problems(answer) : []))
        if (problems.length === 0) return answer
        for (const problem of problems) say(`  ! ${problem}`)
      }
    }
  }
}

/** Lines may come before they are asked for. @throws OperatorError when the input ends. */
function linesOf(reader: ReturnType<typeof createInterface>): { next(): Promise<string> } {
  const waiting: string[] = []
  let isOver = false
  let wake = (): void => undefined
  reader.on('line', (line) => {
    waiting.push(line)
    wake()
  })
  reader.on('close', () => {
    isOver = true
    wake()
  })
  return {
    async next() {
      while (waiting.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve))
      const line = waiting.shift()
      if (line === undefined) throw new OperatorError('Nothing was written: the questions were broken off.')
      return line
    }
  }
}
