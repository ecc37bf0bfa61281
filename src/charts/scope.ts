import type { Problem } from '../base/errors.ts';
import { isObject } from '../kube/values/equal.ts';
import type { Json, JsonObject } from '../kube/values/types.ts';
import type { Chart } from './chart.ts';
import type { ChartDependency } from './metadata.ts';
import { checkValues } from './schema.ts';
import { mergeValues, NO_VALUES, scopeOf, under, type Values } from './values.ts';

/** A chart with the values that its templates see, after the defaults of all charts below it and the overrides of all above it. */
export interface ScopedChart {
  readonly chart: Chart;
  /** Name under which the parent addresses it: its alias, or its own name. */
  readonly name: string;
  readonly values: Values;
  readonly subcharts: readonly ScopedChart[];
}

interface Link {
  readonly name: string;
  readonly chart: Chart;
  readonly dependency?: ChartDependency;
}

/**
 * Helm's scoping: a chart sees its own values, its children's under their names, and `global` copied downwards.
 * A child sees only the values under its name, plus `global`.
 *
 * The layers are merged one by one onto all defaults at once, those of children first: a null in any layer therefore deletes whatever
 * is below it, including the default of a child.
 */
export function scopeCharts(chart: Chart, layers: readonly Values[]): ScopedChart {
  return scope(chart, chart.metadata.name, layers.reduce(mergeValues, allDefaults(chart)));
}

function allDefaults(chart: Chart): Values {
  const children = linksOf(chart).map((link) => under(link.name, allDefaults(link.chart)));
  return [...children, chart.values].reduce(mergeValues, NO_VALUES);
}

function scope(chart: Chart, name: string, values: Values): ScopedChart {
  const enabled = linksOf(chart).filter((link) => isEnabled(link, values.data));
  const subcharts = enabled.map((link) =>
    scope(link.chart, link.name, withGlobals(scopeOf(values, link.name), values)),
  );
  return { chart, name, values, subcharts };
}

/** The values that violate a schema, for the chart and all charts below it. */
export function checkScoped(scoped: ScopedChart): Problem[] {
  const { chart, values, subcharts } = scoped;
  const own = chart.schema ? checkValues(values, chart.schema, chart.metadata.file) : [];
  return [...own, ...subcharts.flatMap(checkScoped)];
}

/** Dependencies in Chart.yaml that are missing from the folder `charts/`. */
export function missingDependencies(chart: Chart): Problem[] {
  const present = new Set(chart.subcharts.map((sub) => sub.metadata.name));
  const missing = chart.metadata.dependencies.filter((d) => !present.has(d.name));
  return missing.map((dependency) => ({
    reason: 'DependencyMissing',
    message: `The chart depends on ${dependency.name}, which is not in its charts/ folder`,
    place: { file: chart.metadata.file },
    remedy: `Fetch it by pilotage chart pull … --untar --destination charts, and commit it: a delivery fetches nothing.`,
  }));
}

/** One link per dependency (an alias makes a second copy), and one for every undeclared chart in `charts/`. */
function linksOf(chart: Chart): Link[] {
  const declared = chart.metadata.dependencies.flatMap((dependency) => {
    const found = chart.subcharts.find((sub) => sub.metadata.name === dependency.name);
    return found ? [{ name: dependency.alias ?? dependency.name, chart: found, dependency }] : [];
  });
  const named = new Set(chart.metadata.dependencies.map((d) => d.name));
  const others = chart.subcharts
    .filter((sub) => !named.has(sub.metadata.name))
    .map((sub) => ({ name: sub.metadata.name, chart: sub }));
  return [...declared, ...others];
}

/** Tags first, then the condition overrides: its first path that holds a boolean decides. */
function isEnabled({ dependency }: Link, values: JsonObject): boolean {
  if (!dependency) return true;
  const conditions = (dependency.condition ?? '').split(',').map((path) => lookup(values, path.trim()));
  const decided = conditions.find((value) => typeof value === 'boolean');
  if (typeof decided === 'boolean') return decided;
  const tags = dependency.tags
    .map((tag) => lookup(values, `tags.${tag}`))
    .filter((v) => typeof v === 'boolean');
  return tags.length === 0 || tags.includes(true);
}

function lookup(values: JsonObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((at, key) => {
    return isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }, values);
}

function withGlobals(values: Values, parent: Values): Values {
  const globals = scopeOf(parent, 'global');
  return Object.keys(globals.data).length === 0 ? values : mergeValues(values, under('global', globals));
}
