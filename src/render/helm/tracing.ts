import type { ValuePlaces } from '../../charts/helm/places.ts';
import { type HelmMap, type HelmValue, jsonOf } from '../../charts/helm/values.ts';
import type { ValueRead } from '../../model/explanation.ts';
import { createTrace, type Trace } from '../gotemplate/trace.ts';
import { type GoMap, Struct, type Value } from '../gotemplate/values.ts';
import { dotted, memberAt, partOf, small } from '../provenance/origin.ts';
import type { Read } from '../provenance/output.ts';
import type { WrittenOutput } from '../provenance/text.ts';
import type { Renderable } from './contexts.ts';
import type { RenderedTemplate } from './engine.ts';

export interface TracedCharts {
  readonly templates: ReadonlyMap<string, Renderable>;
  readonly places: ValuePlaces;
  /** Those of the root chart, as they were before any template changed them. */
  readonly values: HelmMap;
}

/** The trace of a chart's templates: whatever they read has the name that a person would set it by. */
export function traceOf({ templates }: TracedCharts): Trace {
  const trace = createTrace();
  // A chart below shares its tables with the one above: it is the one that reads them by these names.
  const charts = [...templates.values()].sort((a, b) => a.scope.length - b.scope.length);
  const named = new Set<GoMap>();
  for (const { data, scope } of charts) {
    if (!named.has(data)) trace.name(data, scope);
    named.add(data);
  }
  return trace;
}

/** How the output of a template came about, from which one of its manifests begins after so many lines. */
export function writtenOf(
  { lines }: RenderedTemplate,
  trace: Trace,
  charts: TracedCharts,
): Omit<WrittenOutput, 'linesBefore'> | undefined {
  const output = trace.outputOf(lines);
  return (
    output && {
      output,
      file: (template) => charts.templates.get(template)?.file.file,
      value: (read, pointer) => describeRead(read, charts, pointer),
    }
  );
}

function describeRead(read: Read, charts: TracedCharts, pointer: string): ValueRead | undefined {
  const [root, ...path] = read.path;
  if (root !== 'Values') return builtin(read, charts);
  if (path.length === 0) return undefined;
  const inRoot = (below: readonly string[]): readonly string[] =>
    below[0] === 'global' ? below : [...read.scope, ...below];
  const whole = valueAt(charts.values, inRoot(path));
  const json = whole === undefined ? undefined : jsonOf(whole);
  const part = [...path, ...(json === undefined ? [] : partOf(json, pointer))];
  const value = memberAt(json, part.slice(path.length));
  const [place, ...overrides] = charts.places.all(read.scope, part);
  return {
    name: dotted(['Values', ...inRoot(part)]),
    ...(value === undefined ? {} : small(value)),
    ...(place ? { place } : {}),
    ...(overrides.length > 0 ? { overrides } : {}),
  };
}

/** `Release.Name`, `Chart.AppVersion`, `Capabilities.KubeVersion.Version` */
function builtin({ scope, path }: Read, { templates }: TracedCharts): ValueRead | undefined {
  const chart = [...templates.values()].find((one) => one.scope.join('/') === scope.join('/'));
  const value = path.reduce<Value | undefined>(
    (at, key) => (at instanceof Map ? at.get(key) : at instanceof Struct ? at.fields.get(key) : undefined),
    chart?.data,
  );
  if (value instanceof Map || value instanceof Struct) return undefined;
  const isPlain = typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number';
  return { name: dotted(path), ...(isPlain ? { value } : {}) };
}

function valueAt(values: HelmMap, path: readonly string[]): HelmValue | undefined {
  return path.reduce<HelmValue | undefined>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return at instanceof Map ? at.get(key) : undefined;
  }, values);
}
