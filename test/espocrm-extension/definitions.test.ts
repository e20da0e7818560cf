/** What the extension says in JSON: it names only what is there, and every word of it stands in three languages. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { packageFiles } from '../../scripts/build-espocrm.js'
import { adminPath as externalUsers } from '../../src/external-users/admin/frame.js'
import { adminPath as sharing } from '../../src/global-sharing/admin/frame.js'
import { adminPath as portals } from '../../src/portal/admin/frame.js'

interface Labelled {
  readonly id: string
  readonly label: Readonly<Record<string, string>>
}
interface PanelItem {
  readonly url: string
  readonly label: string
  readonly description: string
}
type Words = Readonly<Record<string, Readonly<Record<string, string>>>>

const files = packageFiles()
const resources = 'files/custom/Espo/Modules/Portico/Resources'
const client = 'files/client/custom/modules/portico/src'
const plugin = JSON.parse(readFileSync('plugin.json', 'utf8')) as { modules: Labelled[]; permissions: Labelled[] }
const languages = { en: 'en_US', de: 'de_DE', cs: 'cs_CZ' } as const

describe("the extension's definitions", () => {
  it('are JSON, every one', () => {
    const paths = [...files.keys()].filter((path) => path.endsWith('.json'))
    expect(paths).to.have.length.greaterThan(20)
    for (const path of paths) expect(() => json(path), path).not.to.throw()
  })

  it('name PHP classes that are in the package, and client files that define what they are called', () => {
    const named = namesIn(/Espo\\\\Modules\\\\Portico\\\\[\w\\]+/g).map((name) => name.replaceAll('\\\\', '/'))
    expect(named).to.include('Espo/Modules/Portico/Api/PostTicket')
    for (const name of named) expect(files.has(`files/custom/${name}.php`), name).to.be.true
    const scripts = namesIn(/portico:[\w/-]+/g)
    expect(scripts).to.have.length.greaterThan(1)
    for (const name of scripts)
      expect(text(`${client}/${name.replace('portico:', '')}.js`), name).to.include(`define('${name}'`)
  })

  it('have a route for every action and an action for every route', () => {
    const routes = json(`${resources}/routes.json`) as { actionClassName: string }[]
    const actions = [...files.keys()].flatMap((path) => /Portico\/Api\/(\w+)\.php$/.exec(path)?.[1] ?? [])
    const named = new Set(routes.map((route) => route.actionClassName.split('\\').at(-1)))
    expect([...named]).to.have.members(actions)
  })

  it('say the same keys in every language, and in none an empty word', () => {
    for (const file of namesOf(`${resources}/i18n/en_US/`)) {
      const keys = Object.values(languages).map((language) => keysOf(words(language, file)))
      expect(keys[1], file).to.deep.equal(keys[0])
      expect(keys[2], file).to.deep.equal(keys[0])
      expect(keys[0], file).not.to.be.empty
    }
    for (const path of [...files.keys()].filter((name) => name.includes('/i18n/')))
      expect(text(path)).not.to.match(/:\s*"\s*"/)
  })

  it('have a word for every entry of the administration, and each entry leads to a page of ours', () => {
    const { label, itemList } = (json(`${resources}/metadata/app/adminPanel.json`) as { portico: Panel }).portico
    expect(Object.keys(admin().labels!)).to.have.members([label, ...itemList.map((item) => item.label)])
    expect(Object.keys(admin().descriptions!)).to.have.members(itemList.map((item) => item.description))
    expect(itemList.map((item) => item.url)).to.deep.equal([
      '#Admin/integrations/name=Portico',
      ...[portals, `${portals}/users`, externalUsers, sharing].map(opening)
    ])
  })

  it("call the switches and rights as plugin.json does, one for each of Portico's modules and permissions", () => {
    const fields = json(`${resources}/metadata/integrations/Portico.json`) as {
      fields: Record<string, { type: string }>
    }
    const switches = Object.keys(fields.fields).filter((name) => fields.fields[name]!.type === 'bool')
    expect(switches).to.have.members(plugin.modules.map(({ id }) => camel(id)))
    for (const [locale, language] of Object.entries(languages)) {
      const { fields: labels } = words(language, 'Integration')
      expect(Object.keys(labels!)).to.have.members(Object.keys(fields.fields))
      for (const { id, label } of plugin.modules) expect(labels![camel(id)]).to.equal(label[locale])
    }
  })

  it('have a right in the role editor for each permission of plugin.json, with a name in every language', () => {
    const scopes = plugin.permissions.map(({ id }) => `Portico${pascal(id.replace(/^manage-/, ''))}`)
    const defined = namesOf(`${resources}/metadata/scopes/`).filter((name) => isRight(name))
    expect(defined).to.have.members(scopes)
    for (const language of Object.values(languages))
      expect(words(language, 'Global').scopeNamesPlural).to.include.all.keys(scopes)
  })

  it('keep the secret out of the form, and every switch off until an administrator says otherwise', () => {
    const { fields } = json(`${resources}/metadata/integrations/Portico.json`) as { fields: Record<string, Field> }
    expect(fields.sharedSecret!.type).to.equal('password')
    for (const { id } of plugin.modules) expect(fields[camel(id)]).to.include({ type: 'bool', default: false })
  })
})

interface Panel {
  readonly label: string
  readonly itemList: readonly PanelItem[]
}
interface Field {
  readonly type: string
  readonly default?: unknown
}

function text(path: string): string {
  return files.get(path)!.toString()
}

function json(path: string): unknown {
  return JSON.parse(text(path))
}

function words(language: string, file: string): Words {
  return json(`${resources}/i18n/${language}/${file}.json`) as Words
}

function admin(): Words {
  return words('en_US', 'Admin')
}

function keysOf(tree: Words): string[] {
  return Object.entries(tree).flatMap(([group, entries]) => Object.keys(entries).map((key) => `${group}.${key}`))
}

/** Each name once, from all definitions. */
function namesIn(pattern: RegExp): string[] {
  const definitions = [...files.keys()].filter((path) => path.endsWith('.json'))
  return [...new Set(definitions.flatMap((path) => text(path).match(pattern) ?? []))]
}

function namesOf(folder: string): string[] {
  return [...files.keys()]
    .filter((path) => path.startsWith(folder))
    .map((path) => path.slice(folder.length).replace('.json', ''))
}

function isRight(scope: string): boolean {
  return (json(`${resources}/metadata/scopes/${scope}.json`) as { acl: unknown }).acl === 'boolean'
}

function opening(path: string): string {
  return `#Portico/open/to=${encodeURIComponent(path)}`
}

function camel(id: string): string {
  return id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function pascal(id: string): string {
  return camel(`-${id}`)
}
