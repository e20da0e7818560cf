/** The texts in sources: every literal of a TypeScript file, or of the code in a view, as the parser sees it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** A literal; of a template the pieces around its holes. */
export interface SourceText {
  readonly where: string
  readonly pieces: readonly string[]
  /** It is the first argument of `t(…)`. */
  readonly isTranslated: boolean
}

/** Files below `folder` with this ending, in the order of their names. */
export function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

export function textsOfFile(file: string): SourceText[] {
  const content = readFileSync(file, 'utf8')
  return textsOf(file, file.endsWith('.ejs') ? codeOfView(content) : content)
}

export function textsOf(file: string, code: string): SourceText[] {
  const source = ts.createSourceFile(`${file}.ts`, code, ts.ScriptTarget.Latest, true)
  const found: SourceText[] = []
  const visit = (node: ts.Node): void => {
    const pieces = piecesOf(node)
    if (pieces) found.push({ where: `${file}:${lineOf(source, node)}`, pieces, isTranslated: isTranslated(node) })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** A view's code alone, on the lines where it stands. */
export function codeOfView(view: string): string {
  const tag = /<%([#=\-_]?)([\s\S]*?)[-_]?%>/g
  let code = ''
  let end = 0
  for (const match of view.matchAll(tag)) {
    const [whole, kind, inside = ''] = match
    code += newlines(view.slice(end, match.index)) + codeOfTag(kind, inside)
    end = match.index + whole.length
  }
  return code
}

function codeOfTag(kind: string | undefined, inside: string): string {
  if (kind === '#') return newlines(inside)
  return kind === '=' || kind === '-' ? `;(${inside});` : `${inside};`
}

const newlines = (text: string): string => text.replace(/[^\n]/g, '')

function piecesOf(node: ts.Node): string[] | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text]
  if (ts.isTemplateExpression(node)) return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)]
  return undefined
}

function isTranslated(node: ts.Node): boolean {
  const call = node.parent
  return ts.isCallExpression(call) && call.arguments[0] === node && call.expression.getText() === 't'
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart()).line + 1
}
