/** The certificate that a web server shows. */
import type { Answer } from './ask.js'
import type { Looking } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'

const day = 86_400_000
/** Who renews by a program does so thirty days before the end. */
const soon = 14

/** Nothing for plain http. */
export function checkCertificate({ url }: Looking, { certificate }: Pick<Answer, 'certificate'>): Observation[] {
  if (!certificate) return []
  const { trouble, ends } = certificate
  const days = Math.floor((ends - Date.now()) / day)
  const args = { name: url.hostname, days, reason: trouble ?? '' }
  if (trouble === 'CERT_HAS_EXPIRED' || days < 0) return [wrong('certificateExpired', args)]
  if (trouble === 'ERR_TLS_CERT_ALTNAME_INVALID') return [wrong('certificateOfAnother', args)]
  if (trouble !== undefined) return [wrong('certificateUntrusted', args)]
  return outcome('certificate', days < soon ? [wrong('certificateEndsSoon', args)] : [], args)
}
