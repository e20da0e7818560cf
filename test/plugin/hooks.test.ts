import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { hookNames } from '../../src/hooks.js'
import { permissions, moduleIds } from '../../src/host/host.js'
import { readManifest } from '../../src/plugin-manifest.js'

describe('the hook points', () => {
  const manifest = readManifest()

  it('are the same in plugin.json, in src/hooks.ts and in docs/hooks.md', () => {
    const documented = [...readFileSync('docs/hooks.md', 'utf8').matchAll(/^\| `([a-z.]+)`/gm)].map(([, name]) => name)
    expect(manifest.hooks).to.have.members([...hookNames])
    expect(documented).to.have.members([...hookNames])
  })

  it('that a module uses are declared for the plugin', () => {
    for (const module of manifest.modules) expect(manifest.hooks, module.id).to.include.members([...module.hooks])
  })

  it('come with the three modules and the permissions that staff can have', () => {
    expect(manifest.modules.map((module) => module.id)).to.deep.equal([...moduleIds])
    expect(manifest.permissions.map((permission) => permission.id)).to.have.members([...permissions])
  })
})
