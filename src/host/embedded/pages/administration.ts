/** Administration: what an administrator looks after, what the installed plugins add, and the one settings page with their switches. */
import type { RequestHandler } from 'express'
import { page, urlFor } from '../../../web/render.js'
import type { Crm } from '../crm.js'
import { pluginMenu } from './desk.js'
import { groupsPath, recycleBinPath, settingsPath, usersPath } from './paths.js'

export function administrationPages(crm: Crm): Record<'show' | 'showSettings' | 'saveSettings', RequestHandler> {
  return {
    show: async (req, res) => {
      const { staff, t } = req.desk
      const own = [
        { label: t('crm:users.title'), help: t('crm:users.help'), url: usersPath, icon: 'users' },
        { label: t('crm:groups.title'), help: t('crm:groups.help'), url: groupsPath, icon: 'group' },
        { label: t('crm:settings.title'), help: t('crm:settings.help'), url: settingsPath, icon: 'settings' },
        { label: t('crm:recycleBin.title'), help: t('crm:recycleBin.help'), url: recycleBinPath(), icon: 'trash-2' }
      ]
      await page(res, 'crm/administration', {
        own: staff.isAdministrator ? own : [],
        plugins: await pluginMenu(crm, req)
      })
    },
    showSettings: async (req, res) => {
      const switches = await crm.settings.switches()
      await page(res, 'crm/settings', {
        panels: crm.plugins.map((plugin) => plugin.settings(req.locale)),
        switches,
        saved: req.query.saved !== undefined,
        menu: await pluginMenu(crm, req),
        path: settingsPath
      })
    },
    saveSettings: async (req, res) => {
      const ids = crm.plugins.flatMap((plugin) => plugin.settings(req.locale).switches.map(({ id }) => id))
      await crm.settings.saveSwitches(Object.fromEntries(ids.map((id) => [id, req.body?.[`switch.${id}`] === 'true'])))
      res.redirect(303, `${urlFor(res, settingsPath)}?saved`)
    }
  }
}
