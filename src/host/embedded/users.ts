/** The CRM's users: who they are, their rights and their passwords. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { NotFound } from '../../errors.js'
import { hash, verify } from '../../hashing.js'
import { locales, type Locale } from '../catalog.js'
import {
  HostRefused,
  permissions,
  type FieldError,
  type Formats,
  type Permission,
  type Staff,
  type StaffName
} from '../host.js'
import { allRows, firstRow } from './answers.js'
import { momentAt } from '../../db/moment.js'
import { contains } from './query.js'
import type { Emit } from './outbox.js'
import { isDuplicate } from '../../db/collision.js'
import { inTransaction } from './transaction.js'

export interface Users {
  /** Ordered by name. */
  list(ask?: { search?: string; page?: number; limit?: number }): Promise<{ users: readonly Staff[]; hasMore: boolean }>
  /** Everybody, active or not, by name. */
  names(): Promise<readonly StaffName[]>
  find(id: string): Promise<Staff | undefined>
  findByUserName(userName: string): Promise<Staff | undefined>
  /** Emits `staff.changed`. @throws HostRefused (a taken user name: `errors.field.taken`; a password under 8 characters: `errors.field.tooShort`). */
  create(user: NewUser): Promise<string>
  /** Emits `staff.changed`. @throws HostRefused, NotFound */
  change(id: string, user: Partial<Omit<NewUser, 'id'>>): Promise<void>
  /** The active user with this name and password; takes as long when there is none. */
  signIn(userName: string, password: string): Promise<Staff | undefined>
  /** Changes with each new password and on deactivation: a session that holds another one has ended. */
  sessionStamp(id: string): Promise<string | undefined>
}

export interface NewUser {
  /** For the seed. */
  readonly id?: string
  readonly userName: string
  readonly name: string
  readonly email?: string
  readonly password: string
  readonly isAdministrator?: boolean
  readonly isActive?: boolean
  readonly permissions?: readonly Permission[]
  readonly locale?: Locale
  readonly timeZone?: string
  readonly formats?: Formats
}

type Change = Partial<Omit<NewUser, 'id'>>

interface UserRow {
  readonly id: string
  readonly user_name: string
  readonly name: string
  readonly email: string | null
  readonly is_administrator: number
  readonly is_active: number
  readonly permissions: string
  readonly locale: Locale
  readonly time_zone: string
  readonly date_format: Formats['date']
  readonly time_format: Formats['time']
}

const columns = [
  'id',
  'user_name',
  'name',
  'email',
  'is_administrator',
  'is_active',
  'permissions',
  'locale',
  'time_zone',
  'date_format',
  'time_format'
] as const

const shortestPassword = 8

export function createUsers(db: Knex, emit: Emit, now: () => number): Users {
  /** Something to compare with when there is no such user, so that the answer takes as long. */
  const decoy = hash(randomUUID())
  const live = (): Knex.QueryBuilder => db('crm_user').where({ deleted: 0 })
  const first = async (where: Record<string, string>): Promise<Staff | undefined> => {
    const row = await firstRow<UserRow>(live().first(columns).where(where))
    return row && staffOf(row)
  }

  return {
    async list({ search, page = 1, limit = 25 } = {}) {
      const query = live()
        .select(columns)
        .orderBy(['name', 'id'])
        .limit(limit + 1)
        .offset((page - 1) * limit)
      if (search) void query.where((any) => void contains(db, any, ['name', 'user_name', 'email'], search.trim()))
      const rows = await allRows<UserRow>(query)
      return { users: rows.slice(0, limit).map(staffOf), hasMore: rows.length > limit }
    },
    async names() {
      const shown = ['id', 'user_name', 'name', 'is_active', 'is_administrator']
      return (await allRows<UserRow>(live().select(shown).orderBy(['name', 'id']))).map(nameOf)
    },
    find: (id) => first({ id }),
    findByUserName: (userName) => first({ user_key: userKey(userName) }),
    async create(user) {
      const id = user.id ?? randomUUID()
      const row = await rowFor({ ...defaults, ...user })
      const moment = momentAt(now())
      await saved(db, emit, id, (trx) =>
        trx('crm_user').insert({ ...row, id, deleted: 0, created_at: moment, modified_at: moment })
      )
      return id
    },
    async change(id, change) {
      if (!(await first({ id }))) throw new NotFound()
      const row = await rowFor(change)
      await saved(db, emit, id, (trx) =>
        trx('crm_user')
          .where({ id })
          .update({ ...row, modified_at: momentAt(now()) })
      )
    },
    async signIn(userName, password) {
      const row = await firstRow<{ id: string; password_hash: string; is_active: number }>(
        live()
          .first('id', 'password_hash', 'is_active')
          .where({ user_key: userKey(userName) })
      )
      const isRight = await verify(row?.password_hash ?? (await decoy), password)
      return row && isRight && row.is_active === 1 ? first({ id: row.id }) : undefined
    },
    async sessionStamp(id) {
      const row = await firstRow<{ session_stamp: string }>(live().first('session_stamp').where({ id, is_active: 1 }))
      return row?.session_stamp
    }
  }
}

const defaults: Required<
  Pick<NewUser, 'isAdministrator' | 'isActive' | 'permissions' | 'locale' | 'timeZone' | 'formats'>
> = {
  isAdministrator: false,
  isActive: true,
  permissions: [],
  locale: 'en',
  timeZone: 'Europe/Berlin',
  formats: { date: 'iso', time: '24' }
}

/** User names are the same whatever their case. */
function userKey(userName: string): string {
  return userName.normalize('NFKC').trim().toLowerCase().slice(0, 100)
}

/** The columns of a change. @throws HostRefused */
async function rowFor(user: Change): Promise<Record<string, string | number | null>> {
  const errors = refusals(user)
  if (Object.keys(errors).length > 0) throw new HostRefused(errors)
  return defined({
    ...identityColumns(user),
    ...(await passwordColumns(user)),
    ...rightColumns(user),
    ...habitColumns(user)
  })
}

type UserColumns = Record<string, string | number | null | undefined>

function identityColumns({ name, userName, email }: Change): UserColumns {
  return {
    name: name?.trim(),
    user_name: userName?.trim(),
    user_key: userName === undefined ? undefined : userKey(userName),
    email: email === undefined ? undefined : email.trim() || null
  }
}

/** A new password and being switched off end the sessions. */
async function passwordColumns({ password, isActive }: Change): Promise<UserColumns> {
  const endsSessions = password !== undefined || isActive === false
  return {
    password_hash: password === undefined ? undefined : await hash(password),
    session_stamp: endsSessions ? randomUUID() : undefined
  }
}

function rightColumns(user: Change): UserColumns {
  return {
    is_administrator: bit(user.isAdministrator),
    is_active: bit(user.isActive),
    permissions: user.permissions && JSON.stringify(user.permissions)
  }
}

function habitColumns({ locale, timeZone, formats }: Change): UserColumns {
  return { locale, time_zone: timeZone, date_format: formats?.date, time_format: formats?.time }
}

function refusals(user: Change): Record<string, FieldError> {
  const found: Record<string, FieldError | undefined> = {
    name: lineError(user.name, 200),
    userName: lineError(user.userName, 100),
    email: given(
      user.email?.trim() || undefined,
      (email) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email),
      'errors.field.email'
    ),
    password: passwordError(user.password),
    locale: given(user.locale, (locale) => locales.includes(locale), 'errors.field.option'),
    permissions: given(
      user.permissions,
      (all) => all.every((each) => permissions.includes(each)),
      'errors.field.option'
    ),
    timeZone: given(user.timeZone, isTimeZone, 'errors.field.option')
  }
  return defined(found)
}

function lineError(text: string | undefined, max: number): FieldError | undefined {
  if (text === undefined) return undefined
  if (text.trim() === '') return { key: 'errors.field.required' }
  return text.length > max ? { key: 'errors.field.tooLong', args: { max } } : undefined
}

function passwordError(password: string | undefined): FieldError | undefined {
  const isShort = password !== undefined && [...password].length < shortestPassword
  return isShort ? { key: 'errors.field.tooShort', args: { min: shortestPassword } } : undefined
}

/** The error of a value that is given and wrong. */
function given<T>(value: T | undefined, isRight: (value: T) => boolean, key: string): FieldError | undefined {
  return value === undefined || isRight(value) ? undefined : { key }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function bit(flag: boolean | undefined): number | undefined {
  return flag === undefined ? undefined : Number(flag)
}

function defined<T>(row: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as Record<string, T>
}

async function saved(db: Knex, emit: Emit, id: string, write: (trx: Knex) => Promise<unknown>): Promise<void> {
  try {
    await inTransaction(db, async (trx) => {
      await write(trx)
      await emit(trx, { kind: 'staff.changed', id })
    })
  } catch (error) {
    if (isDuplicate(error)) throw new HostRefused({ userName: { key: 'errors.field.taken' } })
    throw error
  }
}

function nameOf({ id, user_name, name, is_active, is_administrator }: UserRow): StaffName {
  return { id, userName: user_name, name, isActive: is_active === 1, isAdministrator: is_administrator === 1 }
}

function staffOf(row: UserRow): Staff {
  const granted: readonly Permission[] = row.is_administrator
    ? permissions
    : (JSON.parse(row.permissions) as Permission[])
  return {
    id: row.id,
    userName: row.user_name,
    name: row.name,
    email: row.email ?? undefined,
    isAdministrator: row.is_administrator === 1,
    isActive: row.is_active === 1,
    permissions: new Set(granted),
    locale: row.locale,
    timeZone: row.time_zone,
    formats: { date: row.date_format, time: row.time_format }
  }
}
