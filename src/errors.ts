/** Errors a person may read: a translation key with arguments, a status, and the cause for our log. Caught once, in `app.ts`. */
import type { FieldError } from './host/host.js'

export class PorticoError extends Error {
  readonly status: number
  readonly args: Readonly<Record<string, string | number>>

  constructor(
    readonly key: string,
    options: { status: number; args?: Record<string, string | number>; cause?: unknown }
  ) {
    super(key, { cause: options.cause })
    this.status = options.status
    this.args = options.args ?? {}
  }
}

/** What a viewer may not see, and what does not exist: one answer for both. */
export class NotFound extends PorticoError {
  constructor(cause?: unknown) {
    super('errors.notFound', { status: 404, cause })
  }
}

/** An action on something visible that he has no right to. */
export class Forbidden extends PorticoError {
  constructor(key = 'errors.forbidden', args: Record<string, string | number> = {}) {
    super(key, { status: 403, args })
  }
}

/** Input that can't be taken; `fields` maps each field to the error shown next to it. The form is shown again with what was typed. */
export class Invalid extends PorticoError {
  constructor(readonly fields: Readonly<Record<string, FieldError>>) {
    super('errors.invalid', { status: 422 })
  }
}

/** A sentence for whoever runs Portico, as the command line prints it: in English, without a stack. */
export class OperatorError extends Error {}
