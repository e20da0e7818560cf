/** Lines of a configuration's text. */

/** One text of lines and lists of lines. */
export function linesOf(...parts: readonly (string | readonly string[] | undefined)[]): string {
  return `${parts.flatMap((part) => part ?? []).join('\n')}\n`
}

export function indented(...lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

export function commented(...lines: readonly string[]): string[] {
  return lines.map((line) => `# ${line}`)
}
