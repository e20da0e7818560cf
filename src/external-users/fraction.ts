/** Exact numbers: fractions of whole ones, rounded only where they are shown. */

export interface Fraction {
  readonly numerator: bigint
  /** Above zero. */
  readonly denominator: bigint
}

export const zero: Fraction = { numerator: 0n, denominator: 1n }

export function fraction(numerator: bigint, denominator: bigint): Fraction {
  const divisor = greatestDivisor(numerator < 0n ? -numerator : numerator, denominator)
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

const decimals = 6

/** A decimal number as a host gives it, to six decimals; anything else is nothing. */
export function decimal(value: unknown): Fraction {
  const number = Number(value)
  if (!Number.isFinite(number) || Math.abs(number) >= 1e15) return zero
  return fraction(BigInt(number.toFixed(decimals).replace('.', '')), 10n ** BigInt(decimals))
}

export function plus(one: Fraction, other: Fraction): Fraction {
  const numerator = one.numerator * other.denominator + other.numerator * one.denominator
  return fraction(numerator, one.denominator * other.denominator)
}

export function times(one: Fraction, numerator: number, denominator = 1): Fraction {
  return fraction(one.numerator * BigInt(numerator), one.denominator * BigInt(denominator))
}

/** The nearest whole number; a half goes away from zero. */
export function rounded({ numerator, denominator }: Fraction): number {
  const sign = numerator < 0n ? -1n : 1n
  return Number(sign * ((2n * sign * numerator + denominator) / (2n * denominator)))
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  while (b > 0n) [a, b] = [b, a % b]
  return a === 0n ? 1n : a
}
