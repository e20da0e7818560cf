/** Charts as SVG that a page may carry: drawn by echarts without a browser, then reduced to shapes and words. Nothing of it has a style
 *  of its own, so the strictest content policy holds, and the stylesheet colours it for light and dark. */
import sanitizeHtml, { type IOptions, type Tag } from 'sanitize-html'
import { classOfInk } from './ink.js'

declare const reduced: unique symbol
/** `line` is for time alone, `donut` for anything else. */
export const chartShapes = ['bar', 'horizontal', 'donut', 'line'] as const
export type ChartShape = (typeof chartShapes)[number]

/** SVG that `drawn` made. Views print it as it is, by one partial alone (`_drawing.ejs`). */
export type SafeSvg = string & { readonly [reduced]: true }

export interface Drawing {
  /** A word for the page's ids. */
  readonly id: string
  readonly shape: ChartShape
  /** For readers who can't see it. */
  readonly title: string
  readonly description: string
  readonly points: readonly Point[]
  /** Numbers of its scale in short words. */
  short(value: number): string
}
export interface Point {
  readonly label: string
  readonly value: number
  /** The value in short words. */
  readonly shown: string
}

/** Wide enough for a phone's text to be read, and for a card on a desk. */
const width = 360

/** The chart as the page shows it. The library is loaded when the first one is drawn: it takes as long as the rest of the start. */
export async function drawn(drawing: Drawing): Promise<SafeSvg> {
  const { drawChart } = await import('./echarts.js')
  const svg = drawChart(drawing, { width, height: heightOf(drawing) })
  return reduce(drawing, svg)
}

function heightOf({ shape, points }: Drawing): number {
  return shape === 'horizontal' ? 16 + 36 * points.length : 230
}

const shapes = ['path', 'polyline', 'circle', 'rect']

const rules: IOptions = {
  allowedTags: ['g', 'text', ...shapes],
  allowedAttributes: {
    text: ['x', 'y', 'text-anchor', 'dominant-baseline', 'transform', 'font-weight'],
    path: ['d', 'class', 'fill', 'transform', 'stroke-width'],
    polyline: ['points', 'class', 'fill'],
    circle: ['cx', 'cy', 'r', 'class'],
    rect: ['x', 'y', 'width', 'height', 'class']
  },
  nonTextTags: ['style', 'script', 'defs', 'title', 'desc'],
  transformTags: Object.fromEntries(shapes.map((shape) => [shape, inClasses])),
  exclusiveFilter: ({ tag, attribs }) => shapes.includes(tag) && !attribs['class'],
  parser: { lowerCaseTags: false, lowerCaseAttributeNames: false }
}

/** Painted by class: `fill-…` and `stroke-…`. A shape without a paint of ours is background, and is left out. */
function inClasses(tagName: string, attribs: Tag['attribs']): Tag {
  const painted = (['fill', 'stroke'] as const).flatMap((how) => {
    const name = classOfInk[attribs[how] ?? '']
    return name ? [`${how}-${name}`] : []
  })
  const { fill, ...rest } = attribs
  const unfilled: Tag['attribs'] = fill === 'none' ? { fill } : {}
  return { tagName, attribs: { ...rest, ...unfilled, class: painted.join(' ') } }
}

/** The shapes and words of the drawing, within an SVG of our own that names and describes them. */
function reduce({ id, title, description }: Drawing, svg: string): SafeSvg {
  const viewBox = /viewBox="([\d. ]+)"/.exec(svg)?.[1] ?? `0 0 ${width} 230`
  const inside = sanitizeHtml(svg, rules).replace(/\s*\n\s*/g, '')
  const named = `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-desc">${escaped(description)}</desc>`
  const attributes = `class="drawing" viewBox="${viewBox}" role="img" aria-labelledby="${id}-title ${id}-desc"`
  return `<svg ${attributes} xmlns="http://www.w3.org/2000/svg">${named}${inside}</svg>` as SafeSvg
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
