/** Passwords: kept as argon2id, refused when they are easy to guess. */
import type * as zxcvbn from '@zxcvbn-ts/core'
import type * as words from '@zxcvbn-ts/language-common'
import type { FieldError } from '../host/host.js'
import { hash, verify } from '../hashing.js'
import { onDemand } from '../on-demand.js'
import { isPhoneNumber } from '../phone-number.js'

export interface Passwords {
  hash(password: string): Promise<string>
  /** Takes the same time whether or not there is a hash to compare with (A30). */
  matches(kept: string | undefined, password: string): Promise<boolean>
}

/** What is known of the person and so must not be his password. */
export interface Owner {
  readonly address: string
  readonly name: string
}

export interface Judgement {
  /** 0 (guessed at once) to 4. */
  readonly score: number
  /** Why it is refused; undefined for a good password. */
  readonly error: FieldError | undefined
}

export const shortest = 10
const longest = 200
const goodScore = 3

const guessing = onDemand<typeof zxcvbn>('@zxcvbn-ts/core')
const commonWords = onDemand<typeof words>('@zxcvbn-ts/language-common')
let guesser: zxcvbn.ZxcvbnFactory | undefined

export function createPasswords(verifyHash: typeof verify = verify): Passwords {
  const nobodys = hash('nobody has this password')
  return {
    hash: (password) => hash(password.normalize('NFC')),
    async matches(kept, password) {
      const isRight = await verifyHash(kept ?? (await nobodys), password.normalize('NFC'))
      return isRight && kept !== undefined
    }
  }
}

/** Whether a password may be taken (Z19): long enough, not the owner's name, address or number, not one that lists of breached ones hold or that
 *  is guessed soon. */
export function judge(password: string, owner: Owner): Judgement {
  const length = [...password].length
  if (length > longest) return { score: 0, error: { key: 'errors.password.tooLong', args: { max: longest } } }
  const score = scoreOf(password, owner)
  if (length < shortest) return { score, error: { key: 'errors.password.tooShort', args: { min: shortest } } }
  if (namesOwner(password, owner)) return { score, error: { key: 'errors.password.personal' } }
  return { score, error: score < goodScore ? { key: 'errors.password.weak' } : undefined }
}

function scoreOf(password: string, owner: Owner): number {
  const { adjacencyGraphs, dictionary } = commonWords()
  guesser ??= new (guessing().ZxcvbnFactory)({ dictionary, graphs: adjacencyGraphs })
  return guesser.check(password, [
    'portico',
    owner.address,
    ...owner.address.split(/[@.]/),
    owner.name,
    ...owner.name.split(/\s+/)
  ]).score
}

/** The digits of a number that don't depend on how its beginning is written. */
const ownDigits = 7

function namesOwner(password: string, owner: Owner): boolean {
  const { address } = owner
  if (isPhoneNumber(address) && password.replace(/\D/g, '').includes(address.slice(-ownDigits))) return true
  const plain = (text: string) => text.toLowerCase().replace(/[\s._-]/g, '')
  const own = [owner.address, owner.address.split('@')[0] ?? '', owner.name]
    .map(plain)
    .filter((word) => word.length >= 5)
  return own.some((word) => plain(password).includes(word))
}
