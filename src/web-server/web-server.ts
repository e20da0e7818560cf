/** The configuration of a web server in front of Portico, as text to put in place (E06). */
import { apacheText } from './apache.js'
import { htaccessText } from './htaccess.js'
import { nginxText } from './nginx.js'
import { checkedSetup, type WebServerSetup } from './setup.js'

export { modes, type Mode, type Server, type Tls, type WebServerSetup } from './setup.js'

/** @throws PorticoError for what the server can't do, and for words that can't stand in its configuration. */
export function webServerText(setup: WebServerSetup): string {
  const checked = checkedSetup(setup)
  if (checked.server === 'nginx') return nginxText(checked)
  return checked.mode === 'htaccess' ? htaccessText(checked) : apacheText(checked)
}
