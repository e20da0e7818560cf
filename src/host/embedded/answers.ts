/** What a statement answers, told what it is: the one place where rows get their types. */

/** All rows of a query. */
export async function allRows<T>(query: PromiseLike<unknown>): Promise<T[]> {
  return (await query) as T[]
}

/** The row of a query that asked for the first one. */
export async function firstRow<T>(query: PromiseLike<unknown>): Promise<T | undefined> {
  return (await query) as T | undefined
}

/** Did a query that asked for the first row find one? */
export async function exists(query: PromiseLike<unknown>): Promise<boolean> {
  return (await query) !== undefined
}
