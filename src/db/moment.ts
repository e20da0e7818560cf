/** Points in time as the tables keep them, ours and the embedded CRM's: UTC, to the second. */

/** `YYYY-MM-DD HH:MM:SS` of milliseconds since 1970. */
export function momentAt(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')
}
