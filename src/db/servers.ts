/** The servers that one `DATABASE_URL` names: `mysql://user:password@db1:3306,db2:3306,db3/portico`. */
import { isUrl } from '../url.js'

const written = /^((?:mysql|mariadb):\/\/(?:[^/?#]*@)?)([^/?#@]+)(\/[^/].*)$/

/** One URL for each server, in the order in which they are written; none when this is no address of a MySQL database. */
export function serversIn(url: string): string[] {
  const [, before = '', hosts = '', after = ''] = written.exec(url) ?? []
  const urls = hosts.split(',').map((host) => `${before}${host.trim()}${after}`)
  return urls.every(isServer) ? urls : []
}

function isServer(url: string): boolean {
  return isUrl(url) && new URL(url).hostname !== ''
}
