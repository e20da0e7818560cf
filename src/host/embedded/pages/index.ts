/** The CRM's own pages for its staff, mounted at `/crm`: made from the modules' definitions, so that custom ones have them too. */
import { Router } from 'express'
import type { Config } from '../../../config.js'
import { createUploads, type Uploads } from '../../../web/uploads.js'
import type { Crm } from '../crm.js'
import { administrationPages } from './administration.js'
import { administratorsOnly, openDesk } from './desk.js'
import { groupPages } from './groups.js'
import { showHome, showSearch } from './home.js'
import { convertLead, showConversion } from './lead-conversion.js'
import { addLinked, removeLinked, showLink } from './links.js'
import { showList } from './list-page.js'
import { changeNote, download, postNote, removeNote, showNote } from './notes.js'
import { profilePages } from './profile.js'
import { askRemoval, changeRecord, createRecord, removeRecord, showEditForm, showNewForm } from './record-changes.js'
import { showRecord } from './record-page.js'
import { purgeRecord, restoreRecord, showRecycleBin } from './recycle-bin.js'
import { staffSessions } from './sessions.js'
import { signInPages } from './sign-in.js'
import { userPages } from './users.js'

export { crmSessionCookie } from './sessions.js'

/** `uploads`: how files come in; default: unseen by any virus scanner. */
export function staffPages(
  crm: Crm,
  { config, uploads = createUploads(crm, config.limits) }: { config: Config; uploads?: Uploads }
): Router {
  const router = Router({ caseSensitive: true })
  const sessions = staffSessions(crm, config)
  const door = signInPages(crm, sessions)
  const profile = profilePages(crm, sessions)
  const users = userPages(crm)
  const groups = groupPages(crm)
  const administration = administrationPages(crm)

  router.use(sessions.open)
  router.get('/sign-in', door.show)
  router.post('/sign-in', door.signIn)
  router.post('/sign-out', door.signOut)

  router.use(openDesk(crm, sessions))
  router.get('/', showHome(crm))
  router.get('/search', showSearch)
  router.get('/profile', profile.show)
  router.post('/profile', profile.save)
  router.post('/profile/password', profile.savePassword)

  router.get('/administration', administration.show)
  router.use(['/users', '/groups', '/settings'], administratorsOnly)
  router.get('/users', users.list)
  router.post('/users', users.create)
  router.get('/users/new', users.showNew)
  router.get('/users/:id', users.show)
  router.post('/users/:id', users.change)
  router.post('/users/:id/activation', users.activate)
  router.post('/users/:id/deactivation', users.deactivate)
  router.get('/groups', groups.list)
  router.post('/groups', groups.create)
  router.get('/groups/:id', groups.show)
  router.post('/groups/:id', groups.rename)
  router.post('/groups/:id/removal', groups.remove)
  router.get('/settings', administration.showSettings)
  router.post('/settings', administration.saveSettings)

  router.get('/recycle-bin', showRecycleBin)
  router.post('/recycle-bin/:module/:id/restoration', restoreRecord)
  router.post('/recycle-bin/:module/:id/purge', administratorsOnly, purgeRecord)

  router.get('/Lead/:id/conversion', showConversion(crm))
  router.post('/Lead/:id/conversion', convertLead(crm))

  router.get('/:module', showList)
  router.post('/:module', createRecord(crm, uploads))
  router.get('/:module/new', showNewForm)
  router.get('/:module/:id', showRecord(crm))
  router.post('/:module/:id', changeRecord(crm, uploads))
  router.get('/:module/:id/edit', showEditForm)
  router.get('/:module/:id/removal', askRemoval)
  router.post('/:module/:id/removal', removeRecord)
  router.post('/:module/:id/notes', postNote(crm, uploads))
  router.get('/:module/:id/notes/:entry', showNote)
  router.post('/:module/:id/notes/:entry', changeNote)
  router.post('/:module/:id/notes/:entry/removal', removeNote)
  router.get('/:module/:id/files/:file', download)
  router.get('/:module/:id/links/:link', showLink)
  router.post('/:module/:id/links/:link', addLinked)
  router.post('/:module/:id/links/:link/:other/removal', removeLinked)
  return router
}
