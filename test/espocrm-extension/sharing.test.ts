/** The script that lets EspoCRM's buttons follow global sharing, with an ACL manager as it finds it there. */
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { packageFiles } from '../../scripts/build-espocrm.js'

const path = 'files/client/custom/modules/portico/src/sharing.js'
const source = packageFiles().get(path)!.toString()

/** EspoCRM's own, as far as it matters: it says yes to everything, or no to everything. */
class AclManager {
  constructor(private readonly says: boolean) {}
  checkScope(_scope: string, _action?: string, _precise?: boolean): boolean {
    return this.says
  }
  checkModel(_model: unknown, _action?: string, _precise?: boolean): boolean {
    return this.says
  }
}

interface Told {
  readonly forbidden?: Readonly<Record<string, readonly string[]>> | null
}

/** An ACL manager with the script before it, and what the server has told it of the user. */
function managed(told: Told | undefined, says = true): AclManager {
  class Fresh extends AclManager {}
  for (const name of ['checkScope', 'checkModel'] as const)
    Object.defineProperty(Fresh.prototype, name, { value: AclManager.prototype[name], writable: true })
  const params = { get: (name: string) => (name === 'portico' ? told : undefined) }
  const modules: Readonly<Record<string, unknown>> = {
    'acl-manager': Fresh,
    'app-params': 'app params',
    di: { container: new Map([['app params', params]]) }
  }
  const loader = {
    require: (names: string[], use: (...all: unknown[]) => void) => use(...names.map((name) => modules[name]))
  }
  runInNewContext(source, { Espo: { loader } })
  return new Fresh(says)
}

const model = (rights?: number): unknown => ({ entityType: 'Meeting', get: () => rights })

describe('buttons in EspoCRM’s pages', () => {
  it('S09 follow what the server says of the record', () => {
    const acl = managed({ forbidden: {} })
    const allowed = (rights?: number): boolean[] =>
      ['read', 'edit', 'delete'].map((action) => acl.checkModel(model(rights), action))
    expect(allowed(0)).to.deep.equal([true, false, false])
    expect(allowed(2)).to.deep.equal([true, true, false])
    expect(allowed(4)).to.deep.equal([true, false, true])
    expect(allowed(6)).to.deep.equal([true, true, true])
    expect(allowed(), 'where it says nothing, EspoCRM decides').to.deep.equal([true, true, true])
  })

  it('S01 follow what his profiles forbid the user', () => {
    const acl = managed({ forbidden: { Meeting: ['create', 'edit'], Lead: ['view', 'create', 'edit', 'delete'] } })
    expect(['create', 'edit', 'delete', undefined].map((action) => acl.checkScope('Meeting', action))).to.deep.equal([
      false,
      false,
      true,
      true
    ])
    expect(acl.checkModel(model(6), 'edit')).to.equal(false)
    expect([acl.checkScope('Lead'), acl.checkScope('Lead', 'read'), acl.checkScope('Lead', 'stream')]).to.deep.equal([
      false,
      false,
      false
    ])
    expect(acl.checkScope('Contact', 'create')).to.equal(true)
  })

  it('S09 only ever lose by it', () => {
    const acl = managed({ forbidden: {} }, false)
    expect([acl.checkModel(model(6), 'edit'), acl.checkScope('Meeting', 'create')]).to.deep.equal([false, false])
  })

  it('S09 are as before for administrators, while sharing is switched off, and before anybody is signed in', () => {
    for (const told of [{ forbidden: null }, {}, undefined]) {
      const acl = managed(told)
      expect([acl.checkModel(model(), 'edit'), acl.checkScope('Meeting', 'create')]).to.deep.equal([true, true])
    }
  })
})
