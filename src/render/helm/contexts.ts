import { posix } from 'node:path';
import type { ResolvedChart } from '../../charts/helm/dependencies.ts';
import type { HelmVersion } from '../../charts/helm/dialect.ts';
import type { HelmFile } from '../../charts/helm/files.ts';
import type { HelmChart } from '../../charts/helm/load.ts';
import type { HelmMap } from '../../charts/helm/values.ts';
import type { GoMap, Struct, Value } from '../gotemplate/values.ts';
import { chartObject } from './chartobject.ts';
import { filesObject } from './filesobject.ts';
import { asValues, goValues, ViewedMap } from './valuesobject.ts';

/** What a release is called, and whether it is its first. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  readonly isUpgrade: boolean;
  /** 1 where it is not given. */
  readonly revision?: number;
}

/** A template, and what it sees. All templates of one chart share their data, as in Helm. */
export interface Renderable {
  /** `shop/charts/db/templates/secret.yaml`: by the names of the charts, whatever their folders are called. */
  readonly name: string;
  readonly file: HelmFile;
  readonly basePath: string;
  readonly data: GoMap;
  /** The names on the way from the root chart, which has none. */
  readonly scope: readonly string[];
}

export interface ContextOptions {
  readonly release: HelmRelease;
  readonly capabilities: Struct;
  readonly helm: HelmVersion;
}

/** All templates of a chart and of those below it, by name (`recAllTpls` of pkg/engine/engine.go). */
export function renderables(
  root: ResolvedChart,
  values: HelmMap,
  options: ContextOptions,
): ReadonlyMap<string, Renderable> {
  const found = new Map<string, Renderable>();
  const shared = sharedObjects(options);
  collect(root, asValues(goValues(values), options.helm), {
    found,
    shared,
    helm: options.helm,
    scope: [],
    path: root.name,
  });
  return found;
}

const sharedObjects = ({ release, capabilities }: ContextOptions): readonly (readonly [string, Value])[] => [
  [
    'Release',
    new Map<string, Value>([
      ['Name', release.name],
      ['Namespace', release.namespace],
      ['IsUpgrade', release.isUpgrade],
      ['IsInstall', !release.isUpgrade],
      ['Revision', BigInt(release.revision ?? 1)],
      ['Service', 'Helm'],
    ]),
  ],
  ['Capabilities', capabilities],
];

interface Collecting {
  readonly found: Map<string, Renderable>;
  readonly shared: readonly (readonly [string, Value])[];
  readonly helm: HelmVersion;
  readonly scope: readonly string[];
  /** The name of the chart, within those of the charts around it. */
  readonly path: string;
}

function collect(resolved: ResolvedChart, values: GoMap, at: Collecting): GoMap {
  const { chart } = resolved;
  const subcharts: GoMap = new Map();
  const data: GoMap = asValues(
    new Map<string, Value>([
      ['Chart', chartObject(resolved, at.scope.length === 0, at.helm)],
      ['Files', filesObject(chart.files, at.helm)],
      ...at.shared,
      ['Values', values],
      ['Subcharts', subcharts],
    ]),
    at.helm,
  );
  for (const child of resolved.dependencies) {
    const inside = { ...at, scope: [...at.scope, child.name], path: `${at.path}/charts/${child.name}` };
    subcharts.set(child.name, collect(child, valuesOf(values, child.name, at.helm), inside));
  }
  for (const [name, file] of namedTemplates(chart, at.path))
    at.found.set(name, { name, file, basePath: `${at.path}/templates`, data, scope: at.scope });
  return data;
}

/** A template only lends what it defines if its name says so. */
export const isPartial = (name: string): boolean => posix.basename(name).startsWith('_');

/** The templates of one chart by their names; a library has only partials. */
function namedTemplates({ templates, metadata }: HelmChart, path: string): (readonly [string, HelmFile])[] {
  const isLibrary = metadata.type.toLowerCase() === 'library';
  return templates
    .filter(({ name }) => !isLibrary || isPartial(name))
    .map((file) => [posix.join(path, file.name), file] as const);
}

/** All templates of a chart and of those below it, without what they see. */
export function templatesOf(
  { name, chart, dependencies }: ResolvedChart,
  scope: readonly string[] = [],
  path = name,
): Pick<Renderable, 'name' | 'file' | 'scope'>[] {
  return [
    ...namedTemplates(chart, path).map(([template, file]) => ({ name: template, file, scope })),
    ...dependencies.flatMap((child) =>
      templatesOf(child, [...scope, child.name], `${path}/charts/${child.name}`),
    ),
  ];
}

/** A chart below sees the table under its name, which is the very one that the chart above sees there. */
function valuesOf(values: GoMap, name: string, helm: HelmVersion): GoMap {
  const table = values.get(name);
  return asValues(table instanceof Map ? new ViewedMap(table) : new Map(), helm);
}
