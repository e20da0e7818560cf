/** The manifest of Portico: its version, and the modules it is made of. */
import { readFileSync } from 'node:fs'
import type { Manifest } from './hooks.js'
import { projectFolder } from './web/project-folder.js'

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(projectFolder('plugin.json'), 'utf8')) as Manifest
}
