/** A certificate for the tests, made on the spot; who is given it as an authority trusts it and nothing else. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './child-process.js'
import type { Program } from './needs.js'

export const openssl: Program = { name: 'OpenSSL', files: ['openssl'], debianPackage: 'openssl' }

export interface Certificate {
  /** Paths of the files. */
  readonly certificate: string
  readonly key: string
  /** The certificate itself, for those who are to trust it. */
  readonly authority: string
}

/** A certificate for these host names. */
export function makeCertificate(hostnames: readonly string[], days = 2): Certificate {
  const folder = temporaryFolder('tls')
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const names = `subjectAltName=${hostnames.map((name) => `DNS:${name}`).join(',')}`
  const made = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    String(days),
    '-subj',
    '/CN=portico'
  ]
  execFileSync('openssl', ['req', '-x509', ...made, '-addext', names, '-keyout', key, '-out', certificate], {
    stdio: 'pipe'
  })
  return { certificate, key, authority: readFileSync(certificate, 'utf8') }
}
