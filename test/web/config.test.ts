import { expect } from 'chai'
import { chosenHost, ConfigProblems, readConfig } from '../../src/config.js'

const production = {
  NODE_ENV: 'production',
  PORTICO_PUBLIC_URL: 'https://crm.example.com/',
  DATABASE_URL: 'mysql://portico:secret@db:3306/crm',
  PORTICO_SECRET: 'x'.repeat(32),
  PORTICO_SMTP_URL: 'smtps://mail.example.com',
  PORTICO_MAIL_FROM: 'Example <crm@example.com>',
  PORTICO_COMPANY_NAME: 'Example',
  PORTICO_COMPANY_DOMAINS: 'Example.com, example.org'
}

const problemsOf = (env: Record<string, string | undefined>): readonly string[] => {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigProblems)) throw error
    return error.problems
  }
}

describe('the configuration', () => {
  it('needs nothing to demonstrate on this machine', () => {
    const config = readConfig({})
    expect(config).to.deep.include({
      environment: 'development',
      publicUrl: 'http://localhost:3000',
      smtpUrl: undefined,
      trustedProxies: 0
    })
    expect(config.listen).to.deep.equal({ host: '127.0.0.1', port: 3000 })
    expect(config.secret.length).to.be.at.least(32)
  })

  it('is read for production', () => {
    const config = readConfig({ ...production, PORTICO_LISTEN: ':8080', PORTICO_UPLOAD_SIZE: '5000000' })
    expect(config).to.deep.include({
      publicUrl: 'https://crm.example.com',
      trustedProxies: 1,
      listen: { host: '0.0.0.0', port: 8080 }
    })
    expect(config.company).to.deep.equal({ name: 'Example', mailDomains: ['example.com', 'example.org'] })
    expect(config.limits.uploadSize).to.equal(5_000_000)
  })

  it('says how long it drains and where the numbers are', () => {
    expect(readConfig({})).to.include({ drainSeconds: 0, metricsListen: undefined })
    const { drainSeconds, metricsListen } = readConfig({
      PORTICO_DRAIN_SECONDS: '300',
      PORTICO_METRICS_LISTEN: '[::1]:9464'
    })
    expect(drainSeconds).to.equal(300)
    expect(metricsListen).to.deep.equal({ host: '::1', port: 9464 })
    for (const wrong of ['-1', '301', '1.5', 'long'])
      expect(problemsOf({ PORTICO_DRAIN_SECONDS: wrong }).join(), wrong).to.include('from 0 to 300')
    for (const wrong of ['9464', ':9464', 'here:x'])
      expect(problemsOf({ PORTICO_METRICS_LISTEN: wrong }).join(), wrong).to.include('must be host:port')
  })

  it('reports all problems at once, each with its variable', () => {
    const problems = problemsOf({
      NODE_ENV: 'production',
      PORTICO_SECRET: 'short',
      PORTICO_LISTEN: 'everywhere',
      PORTICO_INVITATION_DAYS: '0',
      DATABASE_URL: 'postgres://x/y'
    })
    for (const name of [
      'PORTICO_SECRET',
      'PORTICO_LISTEN',
      'PORTICO_INVITATION_DAYS',
      'DATABASE_URL',
      'PORTICO_PUBLIC_URL',
      'PORTICO_SMTP_URL',
      'PORTICO_MAIL_FROM',
      'PORTICO_COMPANY_NAME',
      'PORTICO_COMPANY_DOMAINS'
    ]) {
      expect(
        problems.filter((problem) => problem.startsWith(name)),
        name
      ).to.have.length(1)
    }
    expect(problems).to.have.length(9)
  })

  it('has no defaults in production; an empty variable is a missing one', () => {
    for (const name of Object.keys(production).filter((key) => key !== 'NODE_ENV')) {
      expect(problemsOf({ ...production, [name]: ' ' }), name).to.deep.equal([
        `${name} is missing; in production it has no default.`
      ])
    }
    expect(problemsOf(production)).to.deep.equal([])
  })

  it('does not lend its public secret to an installation that others can reach', () => {
    for (const env of [
      { PORTICO_LISTEN: ':3000' },
      { PORTICO_LISTEN: '0.0.0.0:3000' },
      { PORTICO_PUBLIC_URL: 'http://demo.example.com' }
    ]) {
      expect(problemsOf(env)[0], JSON.stringify(env)).to.match(/^PORTICO_SECRET is missing/)
      expect(problemsOf({ ...env, PORTICO_SECRET: 'x'.repeat(32) })).to.deep.equal([])
    }
  })

  it('refuses https without a proxy that speaks it', () => {
    expect(problemsOf({ ...production, PORTICO_TRUSTED_PROXIES: '0' })[0]).to.match(/^PORTICO_TRUSTED_PROXIES/)
    expect(readConfig({ ...production, PORTICO_TRUSTED_PROXIES: '2' }).trustedProxies).to.equal(2)
  })

  it('keeps a path of the public address apart from those of its own pages', () => {
    expect(readConfig({ ...production, PORTICO_PUBLIC_URL: 'https://crm.example.com/crm-portal/' }).publicUrl).to.equal(
      'https://crm.example.com/crm-portal'
    )
    for (const path of ['/portal', '/crm/x', '/portico', '/host'])
      expect(problemsOf({ ...production, PORTICO_PUBLIC_URL: `https://crm.example.com${path}` })[0], path).to.match(
        /^PORTICO_PUBLIC_URL can't have the path/
      )
  })

  describe('beside EspoCRM', () => {
    const line = { DATABASE_URL: 'espocrm+mysql://espo:secret@db:3306/espocrm' }
    const from = { publicUrl: 'https://crm.example.com/crm-portal', secret: 'e'.repeat(64) }

    it('is one line; the rest comes from EspoCRM', () => {
      const config = readConfig(line, from)
      expect(config).to.deep.include({
        host: 'espocrm',
        environment: 'production',
        databaseUrl: 'mysql://espo:secret@db:3306/espocrm',
        publicUrl: from.publicUrl,
        secret: from.secret,
        smtpUrl: undefined,
        espocrmUrl: undefined,
        mailFrom: 'portal@example.com',
        company: { name: 'crm.example.com', mailDomains: ['example.com'] },
        trustedProxies: 1
      })
      expect(chosenHost(line)).to.equal('espocrm')
      expect(readConfig({ DATABASE_URL: 'espocrm+mariadb://u:p@db/espocrm' }, from).databaseUrl).to.equal(
        'mariadb://u:p@db/espocrm'
      )
    })

    it('is what the operator says, where he says it', () => {
      const config = readConfig(
        {
          ...production,
          ...line,
          PORTICO_ESPOCRM_URL: 'http://10.0.0.2:8080/',
          PORTICO_TRUSTED_PROXIES: '2',
          PORTICO_PUBLIC_URL: 'https://portal.example.org'
        },
        from
      )
      expect(config).to.deep.include({
        publicUrl: 'https://portal.example.org',
        espocrmUrl: 'http://10.0.0.2:8080',
        secret: production.PORTICO_SECRET,
        smtpUrl: production.PORTICO_SMTP_URL,
        mailFrom: production.PORTICO_MAIL_FROM,
        company: { name: 'Example', mailDomains: ['example.com', 'example.org'] },
        trustedProxies: 2
      })
    })

    for (const [host, domains] of [
      ['crm.firma.co.uk', ['firma.co.uk']],
      ['firma.co.uk', ['firma.co.uk']],
      ['firma.de', ['firma.de']],
      ['127.0.0.1', []],
      ['[::1]', []],
      ['localhost', []]
    ] as const) {
      it(`takes ${domains.join() || 'nothing'} for the house's own mail domain at ${host}`, () => {
        const { company } = readConfig(line, { ...from, publicUrl: `https://${host}/crm-portal` })
        expect(company.mailDomains).to.deep.equal(domains)
      })
    }

    it('needs none of what production needs with the embedded CRM, and reports all the rest at once', () => {
      expect(problemsOf({ ...line, NODE_ENV: 'production' })).to.deep.equal([])
      const problems = problemsOf({
        ...line,
        PORTICO_ESPOCRM_URL: 'crm',
        PORTICO_LISTEN: 'everywhere',
        PORTICO_SECRET: 'short',
        PORTICO_SMTP_URL: 'mail'
      })
      expect(problems).to.have.length(4)
    })

    it("is refused when EspoCRM's address does not fit the rest", () => {
      const problems = (env: Record<string, string>, publicUrl: string): readonly string[] => {
        try {
          readConfig({ ...line, ...env }, { ...from, publicUrl })
          return []
        } catch (error) {
          return (error as ConfigProblems).problems
        }
      }
      expect(problems({ PORTICO_TRUSTED_PROXIES: '0' }, from.publicUrl)[0]).to.match(/^PORTICO_TRUSTED_PROXIES/)
      expect(problems({}, 'https://crm.example.com/portal')[0]).to.match(/^The service's address in EspoCRM can't have/)
      expect(problems({}, from.publicUrl)).to.deep.equal([])
    })

    it('is another scheme than a database of the embedded CRM', () => {
      for (const url of ['espocrm+sqlite://x/y', 'espocrm+mysql://db', 'espocrm://db/x', 'vtiger+mysql://db/x'])
        expect(problemsOf({ DATABASE_URL: url })[0], url).to.match(/^DATABASE_URL must be/)
      expect(chosenHost({ DATABASE_URL: 'mysql://u:p@db/x' })).to.equal('embedded')
      expect(chosenHost({})).to.equal('embedded')
    })

    it("has an address of EspoCRM's of no use to the embedded CRM", () => {
      expect(problemsOf({ PORTICO_ESPOCRM_URL: 'http://127.0.0.1:8080' })[0]).to.match(/^PORTICO_ESPOCRM_URL is for/)
      expect(problemsOf({ ...line, PORTICO_ESPOCRM_URL: 'http://127.0.0.1:8080' })).to.deep.equal([])
    })
  })

  for (const [name, value] of [
    ['PORTICO_PUBLIC_URL', 'crm.example.com'],
    ['PORTICO_PUBLIC_URL', 'https://crm.example.com/?a=1'],
    ['DATABASE_URL', 'mysql://db'],
    ['PORTICO_SMTP_URL', 'mail.example.com'],
    ['PORTICO_MAIL_FROM', 'nobody'],
    ['PORTICO_COMPANY_DOMAINS', 'example'],
    ['PORTICO_LOG_LEVEL', 'loud'],
    ['PORTICO_FRAME_ANCESTORS', 'https://www.example.com/path'],
    ['PORTICO_FRAME_ANCESTORS', '*']
  ] as const) {
    it(`refuses ${name}=${value}`, () => {
      expect(problemsOf({ ...production, [name]: value })).to.have.length(1)
      expect(problemsOf({ ...production, [name]: value })[0]).to.match(new RegExp(`^${name} `))
    })
  }
})
