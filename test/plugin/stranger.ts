/** A module by somebody else: it imports nothing of ours but types, and registers as ours do. */
import { Router } from 'express'
import type { PorticoModule } from '../../src/module.js'

const stranger: PorticoModule = {
  id: 'stranger',
  register({ routes, adminMenu, recordActions, recordScope }) {
    const pages = Router()
    pages.get('/', (_req, res) => res.type('text').send('hello from a stranger'))
    routes('/stranger', pages)
    adminMenu(async () => [{ label: 'Stranger', help: 'Somebody else’s', url: '/stranger', icon: 'star' }])
    recordActions(async ({ module, id }) => [
      { name: 'greet', label: `Greet ${module}`, url: `/stranger?id=${id}`, icon: 'star' }
    ])
    recordScope(async ({ module, action }) =>
      module === 'Vendor' && action === 'view' ? { kind: 'never' } : undefined
    )
  }
}

export default stranger
