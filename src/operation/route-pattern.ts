/** The kind of page that was asked for, as words of the program: nothing that a visitor wrote is among them. */

interface Asked {
  /** Path and query of ours; absent when the request was refused before it stood anywhere. */
  readonly address?: string
  /** The last route that took the request. */
  readonly route?: { readonly path: unknown }
}

/** Words behind which routers are mounted; whatever else stands before a route's own pattern is somebody's and becomes `-`. */
const mounts = new Set([
  ...['crm', 'external', 'host', 'language', 'mailbox', 'portal', 'portico', 'unsubscribe', 'feed', 'sharing'],
  ...[
    'answers',
    'groups',
    'help',
    'people',
    'preview',
    'privacy',
    'profile',
    'profiles',
    'recalculation',
    'roles',
    'rules'
  ],
  ...['second-factor', 'settings', 'users']
])

/** `/portal/-/:module/:id`; `none` where no route took it. */
export function routePattern({ address = '', route }: Asked): string {
  const path = words(address.split('?', 1)[0]!)
  if (path[0] === 'public') return '/public'
  if (!route) return 'none'
  const pattern = String(route.path)
  const own = words(pattern)
  if (!/^[\w:./-]*$/.test(pattern)) return pattern
  const before = path.slice(0, Math.max(0, path.length - own.length))
  return `/${[...before.map(named), ...own].join('/')}`
}

/** Behind `portal` stands a portal's own name. */
function named(word: string, place: number, path: readonly string[]): string {
  return mounts.has(word) && path[place - 1] !== 'portal' ? word : '-'
}

function words(path: string): string[] {
  return path.split('/').filter(Boolean)
}
