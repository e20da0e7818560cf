import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect } from 'chai'
import { makeBackup } from '../../src/backup/backup.js'
import { findDump, onDatabase } from '../../src/db/mysql-programs.js'
import { openDatabase } from '../../src/db/open-database.js'
import { OperatorError } from '../../src/errors.js'
import { temporaryFolder } from '../support/child-process.js'
import { mysqlUrl } from '../support/mariadb.js'
import { onMysql, type TestDatabase } from '../support/databases.js'
import { makeTables } from '../support/worlds.js'

onMysql('a backup of a database with a password', (open) => {
  const password = `it's "a" \\ hard#one; $HOME %20 \\"\nssl=0`
  const folder = temporaryFolder('login')
  const path = process.env.PATH
  let test: TestDatabase
  let url: URL

  /** Programs of these names that note how they were called and go on as the real ones. */
  before(async () => {
    test = await open()
    await makeTables(test)
    url = new URL(test.url)
    url.username = 'keeper'
    url.password = encodeURIComponent(password)
    const database = url.pathname.slice(1)
    await test.db.raw('create user ?@? identified by ?', ['keeper', '127.0.0.1', password])
    await test.db.raw(`grant all on ${database}.* to keeper@127.0.0.1`)
    for (const name of ['mariadb-dump', 'mysqldump']) {
      const real = (path ?? '').split(delimiter).find((one) => existsSync(join(one, name))) ?? '/usr/bin'
      const script = `#!/bin/sh
case "$1" in --defaults-file=*)
  printf '%s\\n' "$@" > "${folder}/words"; cat "\${1#--defaults-file=}" > "${folder}/login"
  file="\${1#--defaults-file=}"; printf '%s' "$file" > "${folder}/file"; stat -c %a "$file" > "${folder}/mode";;
esac
exec "${join(real, name)}" "$@"
`
      writeFileSync(join(folder, name), script)
      chmodSync(join(folder, name), 0o700)
    }
    process.env.PATH = `${folder}${delimiter}${path}`
  })

  after(async () => {
    process.env.PATH = path
    const server = openDatabase(mysqlUrl())
    await server.raw('drop user if exists keeper@127.0.0.1')
    await server.destroy()
  })

  const backup = (databaseUrl: string, name: string) =>
    makeBackup(
      {
        config: { databaseUrl, filesFolder: '', host: 'embedded' },
        files: undefined,
        version: '0.1.0',
        secret: undefined
      },
      join(folder, name)
    )

  it('hands the password over in a file for its owner alone, which is gone afterwards', async () => {
    const { tables } = await backup(url.href, 'made')
    expect(tables['portico_schema']).to.be.greaterThan(0)
    const said = readFileSync(join(folder, 'words'), 'utf8')
    expect(said).to.include('--single-transaction').and.not.include('hard').and.not.include('keeper')
    expect(readFileSync(join(folder, 'mode'), 'utf8').trim()).to.equal('600')
    expect(existsSync(readFileSync(join(folder, 'file'), 'utf8'))).to.equal(false)
  })

  it('asks for TLS, checked by the URL’s authority, where the URL does, and only there', async () => {
    const withTls = new URL(url)
    withTls.searchParams.set('ssl', JSON.stringify({ ca: 'not one', rejectUnauthorized: true }))
    await findDump().then((program) =>
      onDatabase(withTls.href, { program, args: [] }, () => Promise.resolve()).catch(() => undefined)
    )
    const login = readFileSync(join(folder, 'login'), 'utf8')
    expect(login)
      .to.match(/^ssl-ca=".*ca\.pem"$/m)
      .and.match(/^(ssl-verify-server-cert="1"|ssl-mode="VERIFY_IDENTITY")$/m)
    await backup(url.href, 'without')
    expect(readFileSync(join(folder, 'login'), 'utf8')).not.to.match(/^ssl/m)
  })

  it('takes the first of several servers that answers', async () => {
    const several = url.href.replace('@127.0.0.1:', '@127.0.0.1:1,127.0.0.1:')
    expect((await backup(several, 'of several')).tables['portico_schema']).to.be.greaterThan(0)
  })

  it('says what the program said when it ends badly, and leaves no backup', async () => {
    await test.db.raw('create or replace view broken as select missing.id from portico_mail missing')
    await test.db.raw('rename table portico_mail to portico_post')
    const refusal: unknown = await backup(url.href, 'bad').catch((error: unknown) => error)
    expect(refusal).to.be.instanceOf(OperatorError)
    expect((refusal as Error).message)
      .to.match(/(mariadb-dump|mysqldump) failed: .*broken/s)
      .and.not.include('hard')
    expect(existsSync(join(folder, 'bad'))).to.equal(false)
  })
})
