/** Finds the project's own folders, from the sources as well as from the built files. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = rootAbove(import.meta.dirname)

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder))
}

/** The path of `views`, `locales`, `public` … in this installation. */
export function projectFolder(name: string): string {
  return join(root, name)
}
