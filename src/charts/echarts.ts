/** The charts themselves, as echarts draws them. Imported by `drawing.ts` when one is needed. */
import type { BarSeriesOption, GridComponentOption, LineSeriesOption, PieSeriesOption } from 'echarts'
// One by one: `echarts/charts` and `echarts/components` load everything there is, which takes 14 MB more.
import 'echarts/lib/chart/bar.js'
import 'echarts/lib/chart/line.js'
import 'echarts/lib/chart/pie.js'
import 'echarts/lib/component/grid.js'
import { init, use, type ComposeOption } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import type { Drawing } from './drawing.js'
import { ink, slice } from './ink.js'

use([LabelLayout, SVGRenderer])

type Option = ComposeOption<BarSeriesOption | LineSeriesOption | PieSeriesOption | GridComponentOption>

const fontSize = 13

/** A year by months; of more the line alone is drawn. */
const mostSymbols = 13

/** SVG in colours of `ink.ts`. */
export function drawChart(drawing: Drawing, size: { width: number; height: number }): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption({ animation: false, ...optionOf(drawing, size.width) })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

function optionOf(drawing: Drawing, width: number): Option {
  switch (drawing.shape) {
    case 'bar':
      return columns(drawing, width)
    case 'horizontal':
      return bars(drawing)
    case 'line':
      return line(drawing)
    case 'donut':
      return donut(drawing)
  }
}

const quiet = { axisTick: { show: false }, splitLine: { show: false } }
const baseline = { show: true, lineStyle: { color: ink.line } }
const hiddenValues = { type: 'value', min: 0, show: false } as const

function columns({ points }: Drawing, width: number): Option {
  const each = (width - 16) / Math.max(points.length, 1)
  return {
    grid: { left: 8, right: 8, top: 24, bottom: 52, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category',
      data: points.map(({ label }) => label),
      ...quiet,
      axisLine: baseline,
      axisLabel: { fontSize, interval: 0, width: each - 6, overflow: 'break', lineHeight: 15, hideOverlap: false }
    },
    yAxis: hiddenValues,
    series: [{ type: 'bar', barMaxWidth: 56, ...seriesOf(points, 'top') }]
  }
}

function bars({ points }: Drawing): Option {
  return {
    grid: { left: 124, right: 72, top: 8, bottom: 8, outerBoundsMode: 'none' },
    xAxis: hiddenValues,
    yAxis: {
      type: 'category',
      inverse: true,
      data: points.map(({ label }) => label),
      ...quiet,
      axisLine: baseline,
      axisLabel: { fontSize, interval: 0, width: 114, overflow: 'break', lineHeight: 15 }
    },
    series: [{ type: 'bar', barMaxWidth: 18, ...seriesOf(points, 'right') }]
  }
}

/** Every so many points has its label, so that none of them touch; the last one and the highest say their value. */
function line({ points, short }: Drawing): Option {
  const step = Math.ceil(points.length / 5)
  const values = points.map(({ value }) => value)
  const told = new Set([values.length - 1, values.indexOf(Math.max(...values))])
  return {
    grid: { left: 44, right: 32, top: 28, bottom: 28, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: points.map(({ label }) => label),
      ...quiet,
      axisLine: baseline,
      axisLabel: { fontSize, interval: (index: number) => (points.length - 1 - index) % step === 0 }
    },
    yAxis: {
      type: 'value',
      splitNumber: 3,
      minInterval: 1,
      splitLine: { lineStyle: { color: ink.grid } },
      axisLabel: { fontSize, formatter: (value: number) => short(value) }
    },
    series: [
      {
        type: 'line',
        symbol: 'circle',
        symbolSize: 7,
        showSymbol: values.length <= mostSymbols,
        showAllSymbol: true,
        lineStyle: { color: ink.series, width: 2.5 },
        silent: true,
        itemStyle: { color: ink.series },
        data: values,
        label: {
          show: true,
          position: 'top',
          fontSize,
          formatter: ({ dataIndex }) => (told.has(dataIndex) ? (points[dataIndex]?.shown ?? '') : '')
        }
      }
    ]
  }
}

/** Slices are told apart by their own words beside them, and by the gaps between them. */
function donut({ points }: Drawing): Option {
  return {
    series: [
      {
        type: 'pie',
        radius: ['40%', '70%'],
        silent: true,
        itemStyle: { borderColor: ink.surface, borderWidth: 2 },
        labelLine: { length: 8, length2: 6, lineStyle: { color: ink.line } },
        data: points.map(({ label, value }, index) => ({ name: label, value, itemStyle: { color: slice(index) } })),
        label: {
          fontSize,
          lineHeight: 16,
          width: 84,
          overflow: 'break',
          formatter: ({ dataIndex }) => `${points[dataIndex]?.label ?? ''}: ${points[dataIndex]?.shown ?? ''}`
        }
      }
    ]
  }
}

function seriesOf(
  points: Drawing['points'],
  position: 'top' | 'right'
): Pick<BarSeriesOption, 'data' | 'label' | 'silent' | 'itemStyle'> {
  return {
    silent: true,
    itemStyle: { color: ink.series, borderRadius: position === 'top' ? [3, 3, 0, 0] : [0, 3, 3, 0] },
    data: points.map(({ value }) => value),
    label: { show: true, position, fontSize, formatter: ({ dataIndex }) => points[dataIndex]?.shown ?? '' }
  }
}
