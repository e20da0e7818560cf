/** The CRM's users: who they are, their rights and their passwords. */
import { randomUUID } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import type { Knex } from 'knex'
import { NotFound } from '../../errors.js'
import { locales, type Locale } from '../catalog.js'
import { HostRefused, permissions, type FieldError, type Formats, type Permission, type Staff } from '../host.js'
import { utc } from './clock.js'
import { contains } from './query.js'
import type { Emit } from './outbox.js'
import { inTransaction } from './transaction.js'

export interface Users {
  /** Ordered by name. */
  list(ask?: { search?: string; page?: number; limit?: number }): Promise<{ users: readonly Staff[]; hasMore: boolean }>
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
    const row: UserRow | undefined = await live().first(columns).where(where)
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
      const rows: UserRow[] = await query
      return { users: rows.slice(0, limit).map(staffOf), hasMore: rows.length > limit }
    },
    find: (id) => first({ id }),
    findByUserName: (userName) => first({ user_key: userKey(userName) }),
    async create(user) {
      const id = user.id ?? randomUUID()
      const row = await rowFor({ ...defaults, ...user })
      const moment = utc(now())
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
          .update({ ...row, modified_at: utc(now()) })
      )
    },
    async signIn(userName, password) {
      const row: { id: string; password_hash: string; is_active: number } | undefined = await live()
        .first('id', 'password_hash', 'is_active')
        .where({ user_key: userKey(userName) })
      const isRight = await verify(row?.password_hash ?? (await decoy), password)
      return row && isRight && row.is_active === 1 ? first({ id: row.id }) : undefined
    },
    async sessionStamp(id) {
      const row: { session_stamp: string } | undefined = await live().first('session_stamp').where({ id, is_active: 1 })
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
  const { userName, password, isActive } = user
  return defined({
    name: user.name?.trim(),
    user_name: userName?.trim(),
    user_key: userName === undefined ? undefined : userKey(userName),
    email: user.email === undefined ? undefined : user.email.trim() || null,
    password_hash: password === undefined ? undefined : await hash(password),
    session_stamp: password !== undefined || isActive === false ? randomUUID() : undefined,
    is_administrator: bit(user.isAdministrator),
    is_active: bit(isActive),
    permissions: user.permissions && JSON.stringify(user.permissions),
    locale: user.locale,
    time_zone: user.timeZone,
    date_format: user.formats?.date,
    time_format: user.formats?.time
  })
}

function refusals(user: Change): Record<string, FieldError> {
  const errors: Record<string, FieldError> = {}
  const check = (field: string, isWrong: boolean, error: FieldError): void => {
    if (isWrong) errors[field] ??= error
  }
  check('name', user.name?.trim() === '', { key: 'errors.field.required' })
  check('name', (user.name?.length ?? 0) > 200, { key: 'errors.field.tooLong', args: { max: 200 } })
  check('userName', user.userName?.trim() === '', { key: 'errors.field.required' })
  check('userName', (user.userName?.length ?? 0) > 100, { key: 'errors.field.tooLong', args: { max: 100 } })
  check('email', !!user.email?.trim() && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(user.email.trim()), {
    key: 'errors.field.email'
  })
  check('password', user.password !== undefined && [...user.password].length < shortestPassword, {
    key: 'errors.field.tooShort',
    args: { min: shortestPassword }
  })
  check('locale', user.locale !== undefined && !locales.includes(user.locale), { key: 'errors.field.option' })
  check('permissions', user.permissions?.some((each) => !permissions.includes(each)) ?? false, {
    key: 'errors.field.option'
  })
  check('timeZone', user.timeZone !== undefined && !isTimeZone(user.timeZone), { key: 'errors.field.option' })
  return errors
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
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

function isDuplicate(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(code)
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
