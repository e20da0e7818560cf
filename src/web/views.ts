/** Views: EJS files, compiled once as long as they stay as they are, and how they include each other. EJS's own include looks for the file and
 *  copies everything that is shown anew each time; a list includes a view for each of its cells. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ejs, { type TemplateFunction } from 'ejs'

type Locals = Readonly<Record<string, unknown>>

export interface Views {
  /** The HTML of `<folder>/<view>.ejs`. @throws what the view throws, with its file and line while views may change. */
  render(view: string, locals: Locals): string
}

/** `fixed`: the files don't change while this process runs. */
export function openViews(folder: string, fixed: boolean): Views {
  const kept = new Map<string, TemplateFunction>()
  const places = new Map<string, string>()

  const viewAt = (file: string): TemplateFunction => {
    if (!fixed) return asItIsNow(file)
    const view = kept.get(file) ?? compile(file, readFileSync(file, 'utf8'), { fixed })
    kept.set(file, view)
    return view
  }

  /** Beside the view that includes it, or below the folder of all views. */
  const placeOf = (from: string, name: string): string => {
    const asked = `${from}|${name}`
    const place =
      places.get(asked) ?? [from, folder].map((at) => join(at, `${name}.ejs`)).find((file) => existsSync(file))
    if (place === undefined) throw new Error(`There is no view ${name}, included from ${from}.`)
    places.set(asked, place)
    return place
  }

  const show = (file: string, locals: Locals | null, more: Locals): string => {
    const seen: Record<string, unknown> = Object.assign(Object.create(locals) as object, more)
    const from = dirname(file)
    seen['include'] = (name: string, given: Locals = {}) => show(placeOf(from, name), seen, given)
    return viewAt(file)(seen)
  }

  return { render: (view, locals) => show(join(folder, `${view}.ejs`), null, locals) }
}

/** Views that may change, as they were when they were last read: compiled again only when their text is another one. */
const lastRead = new Map<string, { readonly text: string; readonly view: TemplateFunction }>()

function asItIsNow(file: string): TemplateFunction {
  const text = readFileSync(file, 'utf8')
  const known = lastRead.get(file)
  if (known?.text === text) return known.view
  const view = compile(file, text, { fixed: false })
  lastRead.set(file, { text, view })
  return view
}

/** What a view includes sees its locals by their prototypes, whose last one is null: nothing of `Object.prototype` is a local. */
function compile(file: string, text: string, { fixed }: { fixed: boolean }): TemplateFunction {
  const options = { filename: file, compileDebug: !fixed, unsafePrototypeLocals: true }
  return ejs.compile(withoutIndentation(text), options)
}

/** What stands before a tag at the beginning of a line is for whoever reads the view, and would weigh a tenth of a page. */
function withoutIndentation(text: string): string {
  return text.replace(/^[ \t]+(?=<)/gm, '')
}
