/** The text messages there are (Z18). */

export const smsKinds = ['invitation', 'verification', 'password-reset'] as const
export type SmsKind = (typeof smsKinds)[number]

/** How long a code that signs in is valid. */
export const codeMinutes = 10
