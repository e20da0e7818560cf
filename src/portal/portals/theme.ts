/** A portal's colours: one accent, and what has to be worked out of it so that everything written in it can be read (E01, WCAG 1.4.3). */
import { createHash } from 'node:crypto'
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { configuration, type Portal } from '../configuration.js'
import { portalById } from './portals.js'

/** `#rrggbb` in lower case. */
export type Colour = `#${string}`

/** The colours of one mode that follow from the accent. */
export interface Shades {
  /** Links, the background of buttons, the marks of what is chosen. */
  readonly ink: Colour
  /** Behind a chosen entry. */
  readonly soft: Colour
  /** Written on buttons. */
  readonly onInk: Colour
}

/** What text needs against what is behind it. */
export const leastContrast = 4.5

/** The surfaces of public/portico.css that links stand on; a test compares them. */
export const surfaces = {
  light: ['#ffffff', '#f4f6f7', '#edf1f3', '#e4effa', '#e0f3e7', '#fcefd0', '#fde8e5'],
  dark: ['#191f25', '#11161a', '#232b32', '#18314b', '#143522', '#3b2d0c', '#481f1b']
} as const

const white: Colour = '#ffffff'
const black: Colour = '#000000'
const darkText: Colour = '#0b1317'

/** As people type it: with or without `#`, of three or six digits. Undefined when it is no colour. */
export function readColour(text: string): Colour | undefined {
  const digits = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(text.trim())?.[1]?.toLowerCase()
  if (!digits) return undefined
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits}`
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(a: Colour, b: Colour): number {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((one, other) => one - other) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** How well the accent can be read on the light surface that is the worst for it. */
function contrastOnLight(accent: Colour): number {
  return least(accent, [...surfaces.light, softOnLight(accent)])
}

export function isReadable(accent: Colour): boolean {
  return contrastOnLight(accent) >= leastContrast
}

/** The colour itself where it can be read, else the lightest of its darker shades that can. */
export function nearestReadable(accent: Colour): Colour {
  return firstOf(0, (share) => mixed(accent, black, share), isReadable)
}

/** The accent as it is, on light surfaces. It must be readable there. */
export function lightShades(accent: Colour): Shades {
  return { ink: accent, soft: softOnLight(accent), onInk: white }
}

/** On dark surfaces the accent is lightened until it can be read; every colour can. */
export function darkShades(accent: Colour): Shades {
  const soft = mixed(surfaces.dark[0], accent, 0.28)
  const behind = [...surfaces.dark, soft]
  const ink = firstOf(
    0.4,
    (share) => mixed(accent, white, share),
    (tint) => least(tint, behind) >= leastContrast
  )
  return { ink, soft, onInk: darkText }
}

/** How well links can be read where it is worst for them, and what stands on buttons. */
export function contrastsOf(
  mode: keyof typeof surfaces,
  { ink, soft, onInk }: Shades
): { links: number; buttons: number } {
  return { links: least(ink, [...surfaces[mode], soft]), buttons: contrast(ink, onInk) }
}

/** A portal's stylesheet over Portico's own, and a stamp that changes with what it says. */
export interface Theme {
  readonly stylesheet: string
  readonly stamp: string
}

const themes = new Map<Colour, Theme>()

/** Undefined where the portal looks like Portico. */
export function themeOf(portal: Pick<Portal, 'accent'>): Theme | undefined {
  const colour = readColour(portal.accent ?? '')
  if (!colour) return undefined
  const theme = themes.get(colour) ?? makeTheme(nearestReadable(colour))
  themes.set(colour, theme)
  return theme
}

/** Paper keeps its black. */
function makeTheme(accent: Colour): Theme {
  const rule = ({ ink, soft, onInk }: Shades): string =>
    `:root{--accent:${accent};--accent-ink:${ink};--accent-soft:${soft};--on-accent:${onInk}}`
  const light = `@media screen{${rule(lightShades(accent))}}`
  const dark = `@media screen and (prefers-color-scheme:dark){${rule(darkShades(accent))}}`
  const stylesheet = `${light}\n${dark}\n`
  return { stylesheet, stamp: createHash('sha256').update(stylesheet).digest('base64url').slice(0, 12) }
}

/** Gives a portal its accent; '' is Portico's own again. @throws Invalid with the nearest colour that can be read. */
export async function saveAccent(context: Context, seen: Seen, text: string, by: Staff): Promise<void> {
  const before = portalById(await configuration(context.db), seen.id)
  const accent = text.trim() === '' ? undefined : readable(text)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portals', seen, { accent: accent ?? null })
    return {
      action: 'portal.accent-changed',
      subject: `portal:${seen.id}`,
      before: { accent: before.accent },
      after: { accent }
    }
  })
}

function readable(text: string): Colour {
  const colour = readColour(text)
  if (!colour) throw new Invalid({ accent: { key: 'appearance:problem.colour' } })
  if (isReadable(colour)) return colour
  const args = { colour, nearest: nearestReadable(colour), contrast: contrastOnLight(colour).toFixed(1) }
  throw new Invalid({ accent: { key: 'appearance:problem.contrast', args } })
}

function softOnLight(accent: Colour): Colour {
  return mixed(white, accent, 0.09)
}

function least(colour: Colour, others: readonly Colour[]): number {
  return Math.min(...others.map((other) => contrast(colour, other)))
}

/** The first colour that `suits`, going in hundredths from `from` to the whole. */
function firstOf(from: number, at: (share: number) => Colour, suits: (colour: Colour) => boolean): Colour {
  for (let share = from * 100; share < 100; share++) if (suits(at(share / 100))) return at(share / 100)
  return at(1)
}

/** `share` (0–1) of `other` in `colour`. */
function mixed(colour: Colour, other: Colour, share: number): Colour {
  const parts = partsOf(other)
  const blend = partsOf(colour).map((part, index) => Math.round(part + (parts[index]! - part) * share))
  return `#${blend.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

function partsOf(colour: Colour): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
}

/** Relative luminance as WCAG 2 has it. */
function luminance(colour: Colour): number {
  const [red, green, blue] = partsOf(colour).map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
