/** The field of a new password; whether it is good enough is judged with its owner in view. */
import { z } from 'zod'

export const password = z.string().min(1, 'errors.field.required').max(1000)
