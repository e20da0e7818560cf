/** Words that somebody looks for in columns of our own tables. */
import type { Knex } from 'knex'

const longest = 100

/** The words of what was typed, at most 100 characters of it. */
export function searchWords(typed: string): string[] {
  return typed.trim().slice(0, longest).split(/\s+/).filter(Boolean)
}

/** Only rows that have each of the words in one of the columns; letter case doesn't count, and no character is a wildcard. */
export function havingWords(rows: Knex.QueryBuilder, columns: readonly string[], words: readonly string[]): void {
  for (const word of words) {
    const pattern = `%${word.replace(/[!%_]/g, '!$&')}%`
    rows.where((either) => {
      for (const column of columns) either.orWhereRaw("?? like ? escape '!'", [column, pattern])
    })
  }
}
