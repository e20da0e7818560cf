/** Points in time as our tables keep them: `YYYY-MM-DD HH:MM:SS` in UTC. */
export function momentAt(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')
}
