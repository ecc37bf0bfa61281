import type { Place } from '../base/place.ts';
import type { ScopedChart } from './scope.ts';
import { escapeSegment, placeOf, type Values } from './values.ts';

/** Who sets a value of a chart. */
export interface ValueLayers {
  /** All that set it, strongest first; where nothing does, whoever set what is around it. */
  all(path: readonly string[]): readonly Place[];
}

/** `given`: values files and overrides, later ones win. */
export function valueLayers(root: ScopedChart, chart: ScopedChart, given: readonly Values[]): ValueLayers {
  const way = wayTo(root, chart) ?? [root];
  const names = way.slice(1).map(({ name }) => name);
  const layers = [
    ...given.toReversed().map((values) => ({ values, below: names })),
    ...way.map((one, depth) => ({ values: one.chart.values, below: names.slice(depth) })),
  ];
  return {
    all(path) {
      const found = layers.flatMap(({ values, below }) => {
        const full = path[0] === 'global' ? path : [...below, ...path];
        return values.places.get(pointerOf(full)) ?? [];
      });
      const around = found.length === 0 ? placeOf(chart.values, pointerOf(path)) : undefined;
      return around ? [around] : found;
    },
  };
}

const pointerOf = (path: readonly string[]): string => path.map((key) => `/${escapeSegment(key)}`).join('');

function wayTo(from: ScopedChart, to: ScopedChart): readonly ScopedChart[] | undefined {
  if (from === to) return [from];
  for (const child of from.subcharts) {
    const way = wayTo(child, to);
    if (way) return [from, ...way];
  }
  return undefined;
}
