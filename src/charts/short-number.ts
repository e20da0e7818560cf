/** Numbers on charts. */
import type { Locale } from '../host/catalog.js'

/** `1.2 k`, `980 €`: as the reader's language says it in few letters. */
export function shortNumber(locale: Locale, value: number, currency?: string): string {
  const isLong = Math.abs(value) >= 10_000
  const digits = isLong || Math.abs(value) < 100 ? 1 : 0
  const style = currency === undefined ? {} : ({ style: 'currency', currency, minimumFractionDigits: 0 } as const)
  const length = { notation: isLong ? 'compact' : 'standard', maximumFractionDigits: digits } as const
  return new Intl.NumberFormat(locale, { ...style, ...length }).format(value)
}
