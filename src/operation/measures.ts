/** What is measured, whoever counts it: nobody, or Prometheus where the operator asked for it. */

/** Labels are words of the program; none comes from a visitor. */
export interface RequestMeasured {
  readonly method: string
  readonly route: string
  /** `2xx` … `5xx`, or `aborted` when the visitor left before the answer was there. */
  readonly status: string
  readonly seconds: number
}

export interface JobMeasured {
  readonly job: string
  readonly seconds: number
  readonly failed: boolean
}

export interface Measures {
  requestBegan(): void
  requestEnded(request: RequestMeasured): void
  jobRan(run: JobMeasured): void
}

/** Nobody asks. */
export const unmeasured: Measures = {
  requestBegan: () => undefined,
  requestEnded: () => undefined,
  jobRan: () => undefined
}
