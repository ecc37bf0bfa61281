import type { Place } from '../../base/place.ts';
import { locateKeys } from '../../kube/values/yaml-places.ts';
import { escapeSegment } from '../values.ts';
import type { ResolvedChart } from './dependencies.ts';
import { readUtf8 } from './files.ts';
import type { GivenFile } from './given.ts';
import { type HelmMap, tableAt } from './values.ts';

/** Which file set a value, looked up when somebody asks: no render pays for it. */
export interface ValuePlaces {
  /** Where the value at `path` was set that the chart at `scope` (names from the root chart) sees, or what is around it. */
  find(scope: readonly string[], path: readonly string[]): Place | undefined;
  /** All that set it, strongest first: the first one counts. Where nothing does, what `find` finds. */
  all(scope: readonly string[], path: readonly string[]): readonly Place[];
  /** The files that can set values of that chart, strongest first. */
  files(scope: readonly string[]): readonly string[];
}

/** A file of values, and which chart's values it holds. */
interface Layer {
  readonly file: string;
  readonly scope: readonly string[];
  lines(): ReadonlyMap<string, number>;
}

export interface PlaceOptions {
  readonly root: ResolvedChart;
  readonly files: readonly GivenFile[];
  /** What `--set` gave, for which there is no line. */
  readonly set: HelmMap;
}

export function valuePlaces({ root, files, set }: PlaceOptions): ValuePlaces {
  const given = files.toReversed().map(({ file, text }) => layerOf(file, [], () => text));
  const layersFor = (scope: readonly string[]): Layer[] => [...given, ...defaultsOf(root, scope)];
  const exact = (scope: readonly string[], path: readonly string[]): Place[] => {
    const full = path[0] === 'global' ? path : [...scope, ...path];
    const isSet = tableAt(set, full.slice(0, -1))?.has(full.at(-1) ?? '');
    const inFiles = layersFor(scope).flatMap((layer): Place[] => {
      // A layer of a chart in between holds the values of those below it under their names.
      const inside = [full, [...scope, ...path]].map((one) => one.slice(layer.scope.length));
      const lines = inside.map((one) => layer.lines().get(pointerOf(one)));
      const line = lines.find((found) => found !== undefined);
      return line === undefined ? [] : [{ file: layer.file, line }];
    });
    return isSet ? [{ file: '--set' }, ...inFiles] : inFiles;
  };
  const find: ValuePlaces['find'] = (scope, path) => {
    for (let length = path.length; length > 0; length--) {
      const [place] = exact(scope, path.slice(0, length));
      if (place) return place;
    }
    return undefined;
  };
  return {
    find,
    all(scope, path) {
      const places = exact(scope, path);
      const around = places.length === 0 ? find(scope, path) : undefined;
      return around ? [around] : places;
    },
    files: (scope) => layersFor(scope).map(({ file }) => file),
  };
}

/** The values.yaml of the root chart and of those on the way to a chart: a chart above is stronger. */
function defaultsOf(root: ResolvedChart, scope: readonly string[]): Layer[] {
  const layers: Layer[] = [];
  let at: ResolvedChart | undefined = root;
  for (let depth = 0; at; depth++) {
    const file = at.chart.valuesFile;
    if (file) layers.push(layerOf(file.file, scope.slice(0, depth), () => readUtf8(file)));
    const next: string | undefined = scope[depth];
    at = next === undefined ? undefined : at.dependencies.find(({ name }) => name === next);
  }
  return layers;
}

function layerOf(file: string, scope: readonly string[], text: () => string): Layer {
  let lines: ReadonlyMap<string, number> | undefined;
  return { file, scope, lines: () => (lines ??= locateKeys(text())) };
}

const pointerOf = (path: readonly string[]): string => path.map((key) => `/${escapeSegment(key)}`).join('');
