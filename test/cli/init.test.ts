import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { writeWhole } from '../../src/cli/configuration-file.js'
import { install } from '../../src/cli/init.js'
import { answersFor, type InitOptions } from '../../src/cli/init-answers.js'
import { askDatabase, tryDatabase } from '../../src/cli/init-database.js'
import { masked, type Answers } from '../../src/cli/init-questions.js'
import { stepsByHand } from '../../src/cli/init-steps.js'
import { openTerminal } from '../../src/cli/init-terminal.js'
import { unitText, type UnitOf } from '../../src/cli/init-unit.js'
import { readVariables } from '../../src/environment-file.js'
import { temporaryFolder } from '../support/child-process.js'

interface Outcome {
  readonly code: unknown
  readonly out: string
  readonly err: string
}

const ours = /^(PORTICO_(?!TEST_)|DATABASE_URL|NODE_ENV)/

/** Without a terminal, and with nothing of this machine's own configuration. */
async function portico(...words: string[]): Promise<Outcome> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/portico.ts', ...words], { env })
  child.stdin.end()
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once('close', resolve))
  ])
  return { code, out, err }
}

const usual: InitOptions = { user: 'portico', admin: 'admin' }

async function reasonOf(refused: Promise<unknown>): Promise<string> {
  return refused.then(
    () => 'it was not refused',
    (error: Error) => error.message
  )
}

describe('portico init', function () {
  this.timeout(120_000)
  const folder = temporaryFolder('init')
  const config = join(folder, 'portico.env')
  const company = `Nordwind, "Nord" & Söhne $5 #1 100%`
  let first: Outcome

  before(async () => {
    first = await portico(
      ...['init', '--yes', '--config', config, '--database', join(folder, 'x.sqlite'), '--listen', '127.0.0.1:0'],
      ...['--files', join(folder, 'files'), '--url', 'http://127.0.0.1:9', '--company', company],
      ...['--domains', 'nordwind.example', '--smtp', 'smtp://portico:geheim@127.0.0.1:9']
    )
  })

  const written = (): Record<string, string> => readVariables(readFileSync(config, 'utf8'), config)

  it('writes the configuration for its owner alone, a unit, the tables and the first administrator', () => {
    expect(first.code, first.err).to.equal(0)
    expect(statSync(config).mode & 0o777).to.equal(0o600)
    expect(statSync(join(folder, 'x.sqlite')).mode & 0o077).to.equal(0)
    expect(statSync(`${config}.first-password`).mode & 0o777).to.equal(0o600)
    expect(written()).to.include({ NODE_ENV: 'production', PORTICO_COMPANY_NAME: company, PORTICO_DRAIN_SECONDS: '5' })
    expect(written()['PORTICO_SECRET']).to.have.length(64)
    expect(existsSync(join(folder, 'portico.service'))).to.equal(true)
    expect(first.out).to.match(/^✓ Tables: /m)
  })

  it('says what is left to do, as commands to copy, and shows nothing secret', () => {
    for (const command of [
      'chown -R portico: ',
      'systemctl enable --now portico',
      ' backup --config ',
      ' vhost --config '
    ])
      expect(first.out).to.include(command)
    expect(first.out).to.include(`as admin with the password in ${config}.first-password`)
    const secrets = [written()['PORTICO_SECRET']!, 'geheim', readFileSync(`${config}.first-password`, 'utf8').trim()]
    for (const secret of secrets) expect(first.out + first.err).not.to.include(secret)
  })

  it('its file serves sh and every command', async () => {
    const script = `set -a; . "$1"; printf %s "$PORTICO_COMPANY_NAME"`
    expect(execFileSync('sh', ['-c', script, 'sh', config], { encoding: 'utf8' })).to.equal(company)
    const { out, err, code } = await portico('migrate', '--config', config)
    expect(code, err).to.equal(0)
    expect(out).to.equal('The tables are up to date.\n')
  })

  it('leaves a configuration that is there alone, unless it is told to change it', async () => {
    const before = readFileSync(config, 'utf8')
    const refusal = await reasonOf(install({ ...usual, yes: true, config, listen: '127.0.0.1:3999' }, undefined))
    expect(refusal).to.match(/is there already and stays as it is/)
    expect(readFileSync(config, 'utf8')).to.equal(before)

    writeFileSync(config, `# mine\n${before}`)
    writeFileSync(join(folder, 'portico.service'), '# mine')
    const changed = await portico('init', '--change', '--config', config, '--set', 'PORTICO_UPLOAD_SIZE=50000000')
    expect(changed.code, changed.err).to.equal(0)
    expect(readFileSync(config, 'utf8')).to.equal(`# mine\n${before}PORTICO_UPLOAD_SIZE=50000000\n`)
    expect(readFileSync(join(folder, 'portico.service'), 'utf8')).to.equal('# mine')
    expect(changed.out).to.include('Left as it is').and.not.include('first-password')
  })

  it('reports all that is missing or wrong at once when there is nobody to ask, and writes nothing', async () => {
    const other = join(folder, 'none.env')
    const database = 'mysql://portico:geheim@127.0.0.1:1/portico'
    const said = { config: other, database, url: 'https://example.com/portal', listen: 'everywhere' }
    expect(await reasonOf(install({ ...usual, ...said }, undefined)))
      .to.match(/^- The database can't be used: .*ECONNREFUSED/m)
      .and.match(/^- PORTICO_PUBLIC_URL can't have the path \/portal/m)
      .and.match(/^- PORTICO_LISTEN must be host:port/m)
      .and.match(/^- --company is to be said/m)
      .and.match(/^- --smtp is to be said/m)
      .and.not.include('geheim')
    expect(existsSync(other)).to.equal(false)
  })

  const put = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const whole = {
    ...{ ...usual, yes: true, config: join(folder, 'other.env'), database: join(folder, 'z', 'z.sqlite') },
    ...{ url: 'https://crm.example.com', company: 'Nord', files: join(folder, 'z', 'files') }
  }

  it('reports what is wrong with the administrator and the service with the rest, before anything is written', async () => {
    const wrong = { admin: 'a b', adminPasswordFile: '/nope/password', workers: '3', user: 'a b' }
    for (const dryRun of [false, true])
      expect(
        await reasonOf(install({ ...whole, ...wrong, dryRun, listen: 'x', set: ['FOO', 'PORTICO_SECRET'] }, undefined))
      )
        .to.match(/^- --admin: A user name has/m)
        .and.match(/^- --admin-password-file: \/nope\/password can't be read/m)
        .and.match(/^- --workers needs MySQL/m)
        .and.match(/^- --user takes the name/m)
        .and.match(/there is no variable FOO\.$/m)
        .and.match(/PORTICO_SECRET has no value/)
        .and.match(/^- PORTICO_LISTEN must be/m)
    expect(existsSync(whole.config)).to.equal(false)
    expect(existsSync(join(folder, 'z'))).to.equal(false)
    const short = put('short', '1234567\n1234567')
    expect(await reasonOf(install({ ...whole, adminPasswordFile: short }, undefined))).to.match(/at least 8 characters/)
    const long = put('long', '12345678\r\n')
    const allButWorkers = { ...whole, adminPasswordFile: long, workers: '3' }
    expect(await reasonOf(install(allButWorkers, undefined))).to.match(/^- --workers needs [^\n]+$/)
  })

  it('reports places that are not there, and a first password that would have no place', async () => {
    const nowhere = { config: '/nope/portico.env', files: '/proc/x/y', unit: join(folder, 'none', 'x.service') }
    expect(await reasonOf(install({ ...whole, ...nowhere }, undefined)))
      .to.match(/^- There is no folder \/nope\.$/m)
      .and.match(/none\.$/m)
      .and.match(/^- --files: \/proc\/x\/y is no place/m)
    const file = put('a-file', '')
    expect(await reasonOf(install({ ...whole, files: `${file}/x` }, undefined))).to.match(/a-file is no folder/)
    put('other.env.first-password', 'old')
    expect(await reasonOf(install({ ...whole }, undefined))).to.match(/first-password is there already/)
    rmSync(join(folder, 'other.env.first-password'))
    expect(await reasonOf(install({ ...whole, workers: '3' }, undefined))).to.match(/^- --workers needs [^\n]+$/)
  })

  it('prints the command for the web server, for the public address and with its certificate', () => {
    const of = { file: '/etc/portico.env', unitFile: undefined, user: 'portico', administrator: undefined }
    const steps = (variables: Answers): string => stepsByHand({ ...of, variables }).join('\n')
    const https = steps({ DATABASE_URL: '/x/x.sqlite', PORTICO_PUBLIC_URL: 'https://crm.example.com' })
    expect(https)
      .to.include('vhost --config /etc/portico.env --server apache --tls CERT,KEY')
      .and.not.include('--portal')
    for (const variables of [
      { DATABASE_URL: '/x/x.sqlite', PORTICO_PUBLIC_URL: 'http://crm.example.com' },
      { DATABASE_URL: 'espocrm+mysql://x/y' }
    ])
      expect(steps(variables)).to.match(/vhost --config \/etc\/portico.env --server apache\n/)
  })

  it('its files have rights that do not depend on who runs it, and an old one keeps its group', () => {
    expect(statSync(join(folder, 'portico.service')).mode & 0o777).to.equal(0o644)
    const kept = put('kept.env', 'A=1\n')
    chmodSync(kept, 0o644)
    writeWhole(kept, 'A=2\n', 0o600)
    expect(statSync(kept).mode & 0o777).to.equal(0o640)
  })

  describe('on a terminal', () => {
    function typing(...lines: string[]): { terminal: ReturnType<typeof openTerminal>; shown: () => string } {
      const input = new PassThrough()
      const output = new PassThrough()
      const pieces: string[] = []
      output.on('data', (piece: Buffer) => pieces.push(piece.toString()))
      input.end(lines.map((line) => `${line}\n`).join(''))
      return { terminal: openTerminal(input, output, false), shown: () => pieces.join('') }
    }

    it('asks again with the sentence of the configuration, and takes the default for an empty line', async () => {
      const { terminal, shown } = typing(
        ...[
          'both',
          'embedded',
          'sqlite',
          join(folder, 'y.sqlite'),
          'https://x.example/portal',
          'https://crm.x.example'
        ],
        ...['3000', '', join(folder, 'y'), '', 'Nord, Ltd', '', '', 'localhost:25', '', '127.0.0.1:9464']
      )
      const answers = await answersFor(usual, {}, terminal)
      expect(answers).to.include({
        DATABASE_URL: join(folder, 'y.sqlite'),
        PORTICO_PUBLIC_URL: 'https://crm.x.example',
        PORTICO_LISTEN: '127.0.0.1:3000',
        PORTICO_COMPANY_NAME: 'Nord, Ltd',
        PORTICO_COMPANY_DOMAINS: 'x.example',
        PORTICO_MAIL_FROM: '"Nord, Ltd" <portal@x.example>',
        PORTICO_SMTP_URL: 'smtp://127.0.0.1:25',
        PORTICO_METRICS_LISTEN: '127.0.0.1:9464'
      })
      for (const sentence of [
        'Answer embedded or espocrm.',
        "PORTICO_PUBLIC_URL can't have the path /portal",
        'PORTICO_LISTEN must be host:port',
        'This needs an answer.',
        'PORTICO_SMTP_URL must begin with smtp://'
      ])
        expect(shown()).to.include(`  ! ${sentence}`)
    })

    it('puts a database together whatever is in its password, which is not shown', async () => {
      const { terminal, shown } = typing('mysql', 'db1:3306,db2', '', 'por:tico', 'p@ss/w:rd #%')
      expect(await askDatabase(terminal, 'embedded', '/x')).to.equal(
        'mysql://por%3Atico:p%40ss%2Fw%3Ard%20%23%25@db1:3306,db2/portico'
      )
      expect(shown()).not.to.include('p@ss')
    })

    it('says so when the questions are broken off', async () => {
      const { terminal } = typing('embedded', 'sqlite')
      expect(await reasonOf(answersFor(usual, {}, terminal))).to.match(/^Nothing was written/)
    })
  })

  it('does not take over a folder that others have things in', async () => {
    for (const file of ['/srv/portico.sqlite', '/var/lib/portico.sqlite', '/portico.sqlite'])
      expect((await tryDatabase(file)).problems[0], file).to.match(/a folder of its own/)
    expect((await tryDatabase(join(folder, 'own', 'portico.sqlite'))).problems).to.deep.equal([])
    expect(existsSync(join(folder, 'own')), 'only looked at').to.equal(false)
  })

  it('hides passwords wherever a value is shown', () => {
    expect(masked('DATABASE_URL', 'mysql://portico:a:b@c@db1,db2/x')).to.equal('mysql://portico:(not shown)@db1,db2/x')
    expect(masked('PORTICO_SMTP_URL', 'smtp://127.0.0.1:25')).to.equal('smtp://127.0.0.1:25')
    expect(masked('PORTICO_SMS_SECRET', 'x')).to.equal('(not shown)')
  })

  describe('the unit', () => {
    const unit = (variables: Record<string, string>, more: Partial<UnitOf> = {}): string =>
      unitText({
        variables,
        configFile: '/etc/portico.env',
        folder: '/opt/portico',
        node: '/usr/bin/node',
        user: 'portico',
        workers: 0,
        ...more
      })

    it('stops as the service needs it, and writes only where it keeps something', () => {
      const mysql = unit({ DATABASE_URL: 'mysql://x:y@127.0.0.1:3306/p', PORTICO_DRAIN_SECONDS: '5' }, { workers: 2 })
      expect(mysql)
        .to.include('\nExecStart=/usr/bin/node /opt/portico/dist/src/cli/portico.js serve --workers 2\n')
        .and.include('\nKillMode=mixed\nTimeoutStopSec=50\n')
        .and.match(/\nAfter=.* mariadb\.service/)
        .and.not.include('ReadWritePaths')
      const own = { DATABASE_URL: '/var/lib/portico/p.sqlite', PORTICO_FILES: '/srv/portal files' }
      expect(unit(own)).to.include('\nReadWritePaths="/srv/portal files"\n').and.include('\nStateDirectory=portico\n')
      expect(unit({ DATABASE_URL: 'mysql://x:y@db.example.com/p' })).not.to.include('mariadb.service')
    })

    it('lets nothing of a path mean something to systemd', () => {
      const strange = unit({}, { folder: '/opt/50% $HOME "x"', node: '/usr/bin/node' })
      expect(strange).to.include('ExecStart=/usr/bin/node "/opt/50%% $$HOME \\"x\\"/dist/src/cli/portico.js" serve\n')
      expect(strange).to.include('WorkingDirectory=/opt/50%% $HOME "x"\n')
    })

    it('has a right that others have not for a port below 1024 alone, and sees homes only if it lies in one', () => {
      expect(unit({ PORTICO_LISTEN: '10.0.0.1:443' })).to.include('AmbientCapabilities=CAP_NET_BIND_SERVICE')
      expect(unit({ PORTICO_LISTEN: '127.0.0.1:3000' })).to.include('CapabilityBoundingSet=\n')
      expect(unit({})).to.include('ProtectHome=true')
      expect(unit({}, { folder: '/home/anna/portico' })).to.include('ProtectHome=read-only')
    })
  })
})
