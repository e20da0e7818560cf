/** The text messages there are (Z18). */

export const smsKinds = ['invitation', 'verification', 'password-reset', 'second-factor'] as const

/** Those without which nobody can be invited by text message. */
export const smsKindsOfPhoneUsers = ['invitation', 'verification', 'password-reset'] as const
export type SmsKind = (typeof smsKinds)[number]

/** How long a code that signs in, or is a second factor, is valid. */
export const codeMinutes = 10
