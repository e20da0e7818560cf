/** Codes of authenticator apps: six digits, new every half minute (T04). */
import { Secret, TOTP } from 'otpauth'

/** The secret of a new app, as it is typed by hand. */
export function newAppSecret(): string {
  return new Secret({ size: 20 }).base32
}

/** What the app reads from the picture. */
export function appUri(secret: string, { issuer, account }: { issuer: string; account: string }): string {
  return new TOTP({ issuer: issuer.replaceAll(':', ' '), label: account.replaceAll(':', ' '), secret }).toString()
}

/** The step a code is of, counted since 1970; one step early or late is right too, for clocks that differ. Undefined for a wrong code. */
export function stepOfCode(secret: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const delta = TOTP.validate({ token: code, secret: Secret.fromBase32(secret), timestamp: now, window: 1 })
  return delta === null ? undefined : TOTP.counter({ timestamp: now }) + delta
}
