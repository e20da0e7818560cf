/** What people type to say who they are: an e-mail address or a phone number, in the form in which identities hold it (Z18). */
import { Invalid } from '../errors.js'
import { email, line } from '../web/forms.js'
import { isPhoneNumber, phoneNumberIn } from '../phone-number.js'

/** In lower case, or as E.164; `country` is that of numbers without a country code. */
export function addressKey(typed: string, country: string): string {
  const text = typed.trim().toLowerCase()
  return text.includes('@') ? text : (phoneNumberIn(text, country) ?? text)
}

/** A field for either. */
export const addressOrNumber = line(254)

/** @throws Invalid with an error for `field` when it is neither an e-mail address nor a number */
export function mustBeAddress(field: string, typed: string, country: string): string {
  const key = addressKey(typed, country)
  if (!isPhoneNumber(key) && !email.safeParse(key).success) throw refused(field, 'identity:problem.addressOrNumber')
  return key
}

/** @throws Invalid with an error for `field` when it is no phone number */
export function mustBeNumber(field: string, typed: string, country: string): string {
  const number = phoneNumberIn(typed, country)
  if (number === undefined) throw refused(field, 'identity:problem.number')
  return number
}

function refused(field: string, key: string): Invalid {
  return new Invalid({ [field]: { key } })
}
