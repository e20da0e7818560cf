/** `portico seed`, and the demo world that `serve --demo` begins with. */
import { seedDemo } from '../../demo/seed.js'
import { seedShowcase } from '../../demo/showcase.js'
import { chosenHost, readConfig } from '../config.js'
import { openEmbedded, type Embedded } from '../embedded.js'
import { PorticoError } from '../errors.js'
import { logger, say } from './terminal.js'

export async function seed(): Promise<void> {
  const { embedded, isNew } = await openDemo()
  await embedded.close()
  say(isNew ? 'The demo world is there.' : 'The CRM has the demo world already; nothing was changed.')
}

/** The embedded CRM with the demo world in it; `isNew`: it was not there before.
 *  @throws PorticoError beside a CRM that people work in. */
export async function openDemo(): Promise<{ embedded: Embedded; isNew: boolean }> {
  if (chosenHost(process.env) !== 'embedded') throw new PorticoError('start:commandLine.embeddedOnly', { status: 400 })
  const embedded = await openEmbedded(readConfig(process.env), logger())
  try {
    const isNew = await seedDemo(embedded)
    await seedShowcase(embedded)
    return { embedded, isNew }
  } catch (error) {
    await embedded.close()
    throw error
  }
}
