/** Which tables a module's source names: every table handed to knex, found by types rather than by the names of variables. */
import ts from 'typescript'

export interface TableUse {
  /** `src/portal/portals.ts:54` */
  readonly where: string
  /** The names the argument's type allows; empty when it may be any text. */
  readonly tables: readonly string[]
}

const tableMethods = /^(from|into|table|(\w+J|j)oin)$/

export function tableUsesIn(program: ts.Program, isAsked: (file: string) => boolean): TableUse[] {
  const checker = program.getTypeChecker()
  const uses: TableUse[] = []
  for (const source of program.getSourceFiles().filter(({ fileName }) => isAsked(fileName))) {
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) uses.push(...tablesOfCall(checker, source, node))
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return uses
}

/** Texts with which a source speaks to a host's tables by name. */
export function hostNamesIn(program: ts.Program, isAsked: (file: string) => boolean): string[] {
  const found: string[] = []
  for (const source of program.getSourceFiles().filter(({ fileName }) => isAsked(fileName))) {
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && /\bcrm_\w/.test(node.text)) found.push(place(source, node))
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return found
}

function tablesOfCall(checker: ts.TypeChecker, source: ts.SourceFile, call: ts.CallExpression): TableUse[] {
  const [first] = call.arguments
  if (!first) return []
  const where = place(source, call)
  const callee = call.expression
  if (isKnex(checker.getTypeAtLocation(callee))) return [{ where, tables: namesOf(checker.getTypeAtLocation(first)) }]
  if (!ts.isPropertyAccessExpression(callee) || !isKnex(checker.getTypeAtLocation(callee.expression))) return []
  if (callee.name.text === 'raw') return [{ where, tables: tablesOfSql(first) }]
  return tableMethods.test(callee.name.text) ? [{ where, tables: namesOf(checker.getTypeAtLocation(first)) }] : []
}

/** A handle, a transaction or a query being built. */
function isKnex(type: ts.Type): boolean {
  const names = [type.aliasSymbol?.name, type.symbol?.name]
  return ['Knex', 'Transaction', 'QueryBuilder', 'QueryInterface'].some((name) => names.includes(name))
}

/** `'a' | 'b'` and `` `portico_${string}` `` say which tables; a plain `string` may be any, a subquery names none itself. */
function namesOf(type: ts.Type): string[] {
  if (type.isUnion()) return type.types.flatMap(namesOf)
  if (type.isStringLiteral()) return [type.value.split(' ')[0]!]
  if (type.flags & ts.TypeFlags.TemplateLiteral) return [(type as ts.TemplateLiteralType).texts[0]!]
  return type.flags & ts.TypeFlags.StringLike ? ['any table at all'] : []
}

function tablesOfSql(sql: ts.Expression): string[] {
  if (!ts.isStringLiteralLike(sql)) return ['any table at all']
  return [...sql.text.matchAll(/\b(?:from|join|into|update|table)\s+[`"]?(\w+)/gi)].map((match) => match[1]!)
}

function place(source: ts.SourceFile, node: ts.Node): string {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
  return `${source.fileName.slice(source.fileName.lastIndexOf('/src/') + 1)}:${line + 1}`
}
