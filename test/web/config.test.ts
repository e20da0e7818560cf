import { expect } from 'chai'
import { ConfigProblems, readConfig } from '../../src/config.js'

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
