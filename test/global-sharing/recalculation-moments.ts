/** The moments of a recalculation at which tests kill it: just before the nth statement that looks like this. */
export interface StatementMoment {
  readonly statement: RegExp
  readonly time: number
}

export const moments = {
  'after the claim': { statement: /^delete from .portico_reach/, time: 1 },
  'in the middle of the reach rows': { statement: /^insert into .portico_reach/, time: 1 },
  'before the switch': { statement: /^update .portico_sharing_drafts/, time: 2 },
  'at the beginning of the switch': { statement: /^insert into .portico_sharing_models/, time: 1 },
  'at the end of the switch': { statement: /^update .portico_configuration/, time: 1 },
  /** Never: it kills itself when it is through. */
  'after the switch': undefined
} as const satisfies Record<string, StatementMoment | undefined>

export type Moment = keyof typeof moments
