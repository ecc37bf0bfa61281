import { type Problem, ProblemError } from '../../base/errors.ts';
import { locateKeys } from '../../kube/values/yaml-places.ts';
import { type CoalesceOptions, coalesceValues, mergeTables, mergeValues } from './coalesce.ts';
import type { Dialect } from './dialect.ts';
import { readUtf8 } from './files.ts';
import type { HelmChart } from './load.ts';
import type { HelmDependency } from './metadata.ts';
import { copyValue, type HelmMap, type HelmValue, isTable, scalarAt, tableAt } from './values.ts';

/** A chart with the dependencies that are enabled, under the names that they go by, and with the values it imports from them. */
export interface ResolvedChart {
  readonly chart: HelmChart;
  /** The alias, or the chart's own name. */
  readonly name: string;
  /** What is left of the dependencies of Chart.yaml. */
  readonly declared: readonly HelmDependency[];
  values: HelmMap;
  dependencies: readonly ResolvedChart[];
}

export interface ResolveOptions extends CoalesceOptions {
  readonly dialect: Dialect;
}

/**
 * Helm's ProcessDependencies (pkg/chart/v2/util/dependencies.go): aliases, tags and conditions, import-values.
 * @throws ProblemError for values of a chart that are no map
 */
export function resolveDependencies(chart: HelmChart, over: HelmMap, options: ResolveOptions): ResolvedChart {
  const resolved = enable(unresolved(chart, chart.metadata.name), over, '', options);
  importValues(resolved, options);
  return resolved;
}

const unresolved = (chart: HelmChart, name: string): ResolvedChart => ({
  chart,
  name,
  declared: chart.metadata.dependencies,
  values: chart.values,
  dependencies: chart.dependencies.map((child) => unresolved(child, child.metadata.name)),
});

/** The charts that Chart.yaml names and `charts/` lacks: Helm renders nothing without them. */
export function missingDependencies({
  path,
  metadata,
  metadataFile,
  lock,
  dependencies,
}: HelmChart): Problem[] {
  const present = new Set(dependencies.map((child) => child.metadata.name));
  const lines = locateKeys(readUtf8(metadataFile));
  const command = `pilotage chart dependency ${lock ? 'build' : 'update'} ${path || '.'}`;
  return metadata.dependencies.flatMap(({ name, version, repository }, index) => {
    if (present.has(name)) return [];
    const of = [version, repository && `from ${repository}`].filter(Boolean).join(' ');
    return {
      reason: 'DependencyMissing',
      message: `The chart depends on ${name}${of && ` ${of}`}, which is not in charts/`,
      place: { file: metadataFile.file, line: lines.get(`/dependencies/${index}`) ?? 1 },
      remedy: `Run ${command} and commit charts/: a delivery fetches no charts.`,
    };
  });
}

/** Charts in `charts/` that lie outside of the range that Chart.yaml asks for: Helm takes them as if they were not asked for. */
export function unsatisfiedRanges(chart: HelmChart, dialect: Dialect): Problem[] {
  const { metadata, metadataFile, dependencies } = chart;
  const own = metadata.dependencies.flatMap(({ name, version }, index): Problem[] => {
    const present = dependencies.filter((child) => child.metadata.name === name);
    if (present.length === 0 || present.some((child) => dialect.satisfies(child.metadata.version, version)))
      return [];
    const lines = locateKeys(readUtf8(metadataFile));
    const versions = present.map((child) => child.metadata.version).join(', ');
    return [
      {
        reason: 'VersionNotSatisfied',
        message: `Chart.yaml asks for ${name} ${version || '(no version)'}, but charts/ holds ${versions}: its alias, condition and tags count for nothing`,
        place: { file: metadataFile.file, line: lines.get(`/dependencies/${index}`) ?? 1 },
        remedy: 'Run pilotage chart dependency update, or correct the range.',
      },
    ];
  });
  return [...own, ...dependencies.flatMap((child) => unsatisfiedRanges(child, dialect))];
}

function enable(self: ResolvedChart, over: HelmMap, path: string, options: ResolveOptions): ResolvedChart {
  if (self.declared.length === 0) return self;
  const named = { ...self, dependencies: linksOf(self, options.dialect) };
  const values = coalesceValues(named, over, options);
  const off = new Set(
    self.declared
      .filter((one) => !isEnabled(one, values, path, options))
      .map(({ name, alias }) => alias || name),
  );
  return {
    ...named,
    declared: self.declared.filter(({ name, alias }) => !off.has(alias || name)),
    dependencies: named.dependencies
      .filter(({ name }) => !off.has(name))
      .map((child) => enable(child, values, `${path}${child.name}.`, options)),
  };
}

/** The charts that Chart.yaml does not ask for, and then one for each that it does: an alias makes another. */
function linksOf({ declared, dependencies }: ResolvedChart, { satisfies }: Dialect): ResolvedChart[] {
  const fits = (child: ResolvedChart, one: HelmDependency): boolean =>
    child.name === one.name && satisfies(child.chart.metadata.version, one.version);
  const others = dependencies.filter((child) => !declared.some((one) => fits(child, one)));
  const links = declared.flatMap((one) => {
    const found = dependencies.find((child) => fits(child, one));
    return found ? [{ ...found, name: one.alias || found.name }] : [];
  });
  return [...others, ...links];
}

/** The condition's first path that holds a truth value decides; else the tags, of which one that is true is enough. */
function isEnabled(
  { name, condition, tags }: HelmDependency,
  values: HelmMap,
  path: string,
  { warn }: ResolveOptions,
): boolean {
  for (const one of condition.trim().split(',').filter(Boolean)) {
    const value = scalarAt(values, path + one);
    if (typeof value === 'boolean') return value;
    if (value !== undefined) warn(`the condition ${one} of the chart ${name} is neither true nor false`);
  }
  const table = tableAt(values, ['tags']);
  const said = tags.map((tag) => table?.get(tag)).filter((value) => typeof value === 'boolean');
  return said.length === 0 || said.includes(true);
}

/** What `import-values` names of the charts below becomes part of a chart's own values, below those that it has. */
function importValues(self: ResolvedChart, options: ResolveOptions): void {
  for (const child of self.dependencies) importValues(child, options);
  if (self.declared.length === 0) return;
  const merged = mergeValues(self, new Map(), options);
  let imported: HelmMap = new Map();
  for (const { name, alias, importValues: wanted } of self.declared) {
    for (const one of wanted) {
      const found = importOne(merged, alias || name, one, options);
      if (found) imported = mergeTables(imported, found, options);
    }
  }
  // The imported tables are parts of the merged ones.
  self.values = mergeTables(copyValue(merged), imported, options);
}

function importOne(
  values: HelmMap,
  chart: string,
  wanted: HelmValue,
  { warn }: ResolveOptions,
): HelmMap | undefined {
  const isPair = isTable(wanted);
  if (!isPair && typeof wanted !== 'string') return undefined;
  const child = isPair ? textOf(wanted.get('child')) : `exports.${wanted}`;
  const parent = isPair ? textOf(wanted.get('parent')) : '.';
  const table = tableAt(values, [chart, ...child.split('.')]);
  if (!table) {
    warn(`import-values: the chart ${chart} has no table ${child}`);
    return undefined;
  }
  if (parent === '.') return table;
  return parent.split('.').reduceRight<HelmMap>((inner, key) => new Map([[key, inner]]), table);
}

/** `%v` of what should be text. */
const textOf = (value: HelmValue | undefined): string =>
  value === undefined || value === null ? '<nil>' : String(value);

/** @throws ProblemError for a chart that is there to be used by others */
export function checkInstallable({ metadata, metadataFile }: HelmChart): void {
  if (metadata.type === '' || metadata.type === 'application') return;
  throw new ProblemError({
    reason: 'LibraryChart',
    message: `${metadata.name} is a library chart: it only lends templates to other charts`,
    place: { file: metadataFile.file },
    remedy: 'Deliver a chart of type application that depends on it.',
  });
}
