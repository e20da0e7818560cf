/** Where the CRM's pages are. Paths stand below the public URL's own path; views put that in front with `url()`. */

export const mount = '/crm'

export const signInPath = `${mount}/sign-in`
export const homePath = `${mount}/`
export const administrationPath = `${mount}/administration`
export const usersPath = `${mount}/users`
export const groupsPath = `${mount}/groups`
export const settingsPath = `${mount}/settings`
export const profilePath = `${mount}/profile`

export function listPath(module: string): string {
  return `${mount}/${module}`
}

export function newPath(module: string, values: Readonly<Record<string, string>> = {}): string {
  return withQuery(`${listPath(module)}/new`, values)
}

export function recordPath(module: string, id: string): string {
  return `${listPath(module)}/${encodeURIComponent(id)}`
}

export function linkPath(module: string, id: string, link: string): string {
  return `${recordPath(module, id)}/links/${link}`
}

export function filePath(module: string, id: string, fileId: string): string {
  return `${recordPath(module, id)}/files/${encodeURIComponent(fileId)}`
}

export function recycleBinPath(module?: string): string {
  return withQuery(`${mount}/recycle-bin`, module ? { module } : {})
}

export function userPath(id: string): string {
  return `${usersPath}/${encodeURIComponent(id)}`
}

export function groupPath(id: string): string {
  return `${groupsPath}/${encodeURIComponent(id)}`
}

/** The sign-in page, which leads on to `returnTo` (a path as the browser sees it). */
export function signInUrl(returnTo: string): string {
  return withQuery(signInPath, returnTo === '/' ? {} : { to: returnTo })
}

/** `path` with these values as its query; empty ones are left out. */
export function withQuery(path: string, values: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')).toString()
  return query ? `${path}?${query}` : path
}
