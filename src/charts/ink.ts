/** What charts are drawn with: colours that mean nothing but a class of the stylesheet, which knows light and dark. */

/** Slices have a colour each, the last one is for all the rest. */
const mostColours = 7

/** Colours in the drawing that stand for a class of the stylesheet. */
export const ink = { line: '#000100', series: '#000200', surface: '#000300', grid: '#000500' } as const
export const slice = (index: number): string => `#0004${String(index % mostColours).padStart(2, '0')}`

/** By colour. */
export const classOfInk: Readonly<Record<string, string>> = {
  [ink.line]: 'line',
  [ink.series]: 'series',
  [ink.surface]: 'surface',
  [ink.grid]: 'grid',
  ...Object.fromEntries(Array.from({ length: mostColours }, (_, index) => [slice(index), `slice-${index}`]))
}
