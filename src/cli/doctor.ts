/** `portico doctor`: each check says what it found and, where something is wrong, what to do about it. */
import { chosenHost } from '../config.js'
import { examineEmbedded } from './examine-embedded.js'
import { examineEspocrm } from './examine-espocrm.js'
import { showFindings } from './findings.js'

export async function doctor(): Promise<void> {
  showFindings(await (chosenHost(process.env) === 'espocrm' ? examineEspocrm : examineEmbedded)(process.env))
}
