/** Compliance as a test needs it. */
import { privacySettings, savePrivacySettings } from '../../src/portal/privacy/settings.js'
import type { TestApp } from '../support/app.js'

/** Switches compliance on, with two purposes. */
export async function switchOn(test: TestApp): Promise<void> {
  const { revision, ...now } = await privacySettings(test.embedded.db)
  const by = (await test.embedded.host.staffById('frank'))!
  const purposes = [
    { id: 'news', labels: { en: 'News by mail', de: 'Neues per Mail' } },
    { id: 'calls', labels: { en: 'Calls' } }
  ]
  const wording = { en: 'We write to you about your heating.' }
  await savePrivacySettings(test.embedded.portico.context, revision, { ...now, isOn: true, purposes, wording }, by)
}

/** Switches compliance for as long as `act` runs. */
export async function withCompliance(test: TestApp, isOn: boolean, act: () => Promise<void>): Promise<void> {
  const turn = async (on: boolean): Promise<void> => {
    const { revision, ...now } = await privacySettings(test.embedded.db)
    const by = (await test.embedded.host.staffById('frank'))!
    await savePrivacySettings(test.embedded.portico.context, revision, { ...now, isOn: on }, by)
  }
  await turn(isOn)
  await act()
  await turn(!isOn)
}
