/** What `portico doctor` finds. */

export interface Finding {
  readonly check: string
  /** What is there. */
  readonly found: string
  /** What to do; undefined: all is well. */
  readonly remedy?: string
  /** It works as it is; the remedy is advice. */
  readonly isAdvice?: true
}

/** Does one check; when it can't be done, that is the finding. */
export async function findingOf(
  check: string,
  remedy: string,
  look: () => Promise<Omit<Finding, 'check'>>
): Promise<Finding> {
  try {
    return { check, ...(await look()) }
  } catch (error) {
    return { check, found: reasonOf(error), remedy }
  }
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? reasonOf(error.cause) : undefined
  const said = error.message || error.name
  return cause === undefined || said.includes(cause) ? said : `${said} ${cause}`
}
