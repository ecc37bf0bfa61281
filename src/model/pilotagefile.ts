import { failed, ok, type Problem, type Result } from '../base/errors.ts';
import type { Bounds } from '../kube/values/bounds.ts';
import { locateKeys, parseYaml } from '../kube/values/yaml.ts';
import { circleFrom } from './circle.ts';
import type { AppEntry, AppSource, DeliveryFile, EnvironmentEntry, ImageEntry } from './deliveryfile.ts';
import type { GateGrammar } from './gategrammar.ts';
import { promotionProblems, readPromotion } from './promotionpolicy.ts';
import {
  type Cursor,
  complain,
  entriesOf,
  fieldOf,
  type Item,
  placeOf,
  readList,
  readMap,
  readOneOf,
  readPath,
  readString,
} from './reader.ts';
import { PILOTAGE_API_VERSION } from './types.ts';

/** Where the file is, at the root of the repository. */
export const PILOTAGE_FILE = 'pilotage.yaml';

/** A label of DNS (RFC 1123), shortened so that `<delivery>-<environment>` still fits one. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,29}[a-z0-9])?$/;

/** It is read on the thread that answers everybody, at every push. */
const BOUNDS: Bounds = { nodes: 20_000, depth: 50, bytes: 512 * 1024 };

/** Reads `pilotage.yaml`; `gates` are those that a promotion may name. Reports every problem of the file at once, each with its line. */
export function readPilotageFile(text: string, gates: readonly GateGrammar[]): Result<DeliveryFile> {
  const file = PILOTAGE_FILE;
  const parsed = parseYaml(text, file, BOUNDS);
  if (!parsed.ok) return parsed;
  const root: Cursor = {
    value: parsed.value,
    pointer: '',
    report: { file, lines: locateKeys(text), problems: [] },
  };
  const warnings: Problem[] = [];
  const value = readFile(root, gates, warnings);
  const [first, ...rest] = root.report.problems;
  return first ? failed(first, ...rest) : ok(value);
}

function readFile(root: Cursor, gates: readonly GateGrammar[], warnings: Problem[]): DeliveryFile {
  const top = readMap(root, ['apiVersion', 'kind', 'metadata', 'spec']);
  if (root.value !== null) header(root, top.apiVersion, top.kind);
  const name = readName(readMap(top.metadata, ['name', 'labels', 'annotations']).name);
  const spec = readMap(top.spec, ['environments', 'previews', 'images', 'apps']);
  const environments = readItems(spec.environments, (at) => readEnvironment(at, gates, warnings));
  const apps = readItems(spec.apps, (at) => readApp(at, warnings));
  if (spec.previews) warnings.push(later(spec.previews, 'preview environments are not made'));
  doubles(environments);
  promotionProblems(environments);
  doubles(apps);
  appProblems(apps);
  return {
    ...(name ? { name } : {}),
    environments: environments.map(({ entry }) => entry),
    ...(spec.apps ? { apps: apps.map(({ entry }) => entry) } : {}),
    images: Object.fromEntries(entriesOf(spec.images).flatMap(([key, at]) => readImage(key, at) ?? [])),
    warnings,
  };
}

function readEnvironment(
  at: Cursor,
  gates: readonly GateGrammar[],
  warnings: Problem[],
): EnvironmentEntry | undefined {
  const fields = readMap(at, [
    'name',
    'branch',
    'path',
    'namespace',
    'cluster',
    'namespaces',
    'drift',
    'promotion',
  ]);
  if (fields.name === undefined) return complain(at, 'MissingField', 'has no name');
  const name = readName(fields.name);
  if (name === undefined) return undefined;
  const namespace = readString(fields.namespace);
  const cluster = readString(fields.cluster);
  const promotion = fields.promotion && readPromotion(fields.promotion, gates, warnings);
  return {
    name,
    branch: readString(fields.branch) ?? name,
    path: readPath(fields.path) ?? '',
    ...(namespace ? { namespace } : {}),
    ...(cluster ? { cluster } : {}),
    namespaces: readOneOf(fields.namespaces, ['own', 'allow'] as const) ?? 'own',
    drift: readOneOf(fields.drift, ['heal', 'report'] as const) ?? 'heal',
    ...(promotion ? { promotion } : {}),
    place: placeOf(fields.name),
  };
}

function readApp(at: Cursor, warnings: Problem[]): AppEntry | undefined {
  const fields = readMap(at, ['name', 'chart', 'path', 'values', 'dependsOn', 'renamedFrom']);
  if (fields.name === undefined) return complain(at, 'MissingField', 'has no name');
  const name = readName(fields.name);
  const source = readSource(at, fields.chart, fields.path, warnings);
  if (name === undefined || source === undefined) return undefined;
  const renamedFrom = readString(fields.renamedFrom);
  return {
    name,
    source,
    values: readList(fields.values).flatMap((value) => readPath(value) ?? []),
    dependsOn: readList(fields.dependsOn).flatMap((value) => readString(value) ?? []),
    ...(renamedFrom ? { renamedFrom } : {}),
    place: placeOf(fields.name),
  };
}

function readSource(
  app: Cursor,
  chart: Cursor | undefined,
  path: Cursor | undefined,
  warnings: Problem[],
): AppSource | undefined {
  if (chart && path) return complain(path, 'WrongValue', 'chart and path exclude each other');
  const from = chart ?? path;
  if (from === undefined) return complain(app, 'MissingField', 'names neither chart nor path');
  if (typeof from.value === 'string' || from === path) {
    const folder = from.value === '.' ? '' : readPath(from);
    return folder === undefined ? undefined : { type: 'folder', path: folder };
  }
  const fields = readMap(from, ['repository', 'name', 'version']);
  warnings.push(later(from, 'charts of a repository are not fetched; copy the chart into charts/'));
  return {
    type: 'repository',
    repository: readString(fields.repository) ?? '',
    name: readString(fields.name) ?? '',
    version: readString(fields.version) ?? '*',
  };
}

/** As a manifest names it, without its tag: `web`, or `registry.example.com:5000/shop/web`. */
const IMAGE_NAME = /^[a-z0-9]+(?:(?:[._-]+|:\d+(?=\/)|\/)[a-z0-9]+)*$/;

function readImage(name: string, at: Cursor): [[string, ImageEntry]] | undefined {
  if (!IMAGE_NAME.test(name)) {
    return complain(
      at,
      'WrongValue',
      `"${name}" is not the name of an image: lower-case letters, digits, and . _ - / between them, without a tag`,
    );
  }
  const fields = readMap(at, ['path', 'build']);
  const path = fields.path?.value === '.' ? '' : readPath(fields.path);
  if (fields.path === undefined) return complain(at, 'MissingField', 'has no path');
  if (path === undefined) return undefined;
  const build = readString(fields.build);
  return [[name, { path, ...(build ? { build } : {}) }]];
}

function readName(at: Cursor | undefined): string | undefined {
  const name = readString(at);
  if (name === undefined || at === undefined || NAME.test(name)) return name;
  return complain(
    at,
    'WrongValue',
    `"${name}" is not a name: lower-case letters, digits and -, at most 31, as in DNS`,
  );
}

function header(root: Cursor, apiVersion: Cursor | undefined, kind: Cursor | undefined): void {
  if (apiVersion === undefined) complain(root, 'MissingField', `has no apiVersion: ${PILOTAGE_API_VERSION}`);
  if (kind === undefined) complain(root, 'MissingField', 'has no kind: Delivery');
  readOneOf(apiVersion, [PILOTAGE_API_VERSION]);
  readOneOf(kind, ['Delivery']);
}

function readItems<T>(at: Cursor | undefined, read: (item: Cursor) => T | undefined): readonly Item<T>[] {
  return readList(at).flatMap((item) => {
    const entry = read(item);
    return entry === undefined ? [] : [{ at: item, entry }];
  });
}

function doubles(items: readonly Item<{ readonly name: string }>[]): void {
  const seen = new Set<string>();
  for (const { at, entry } of items) {
    if (seen.has(entry.name)) {
      complain(at, 'DuplicateName', `${entry.name} is defined twice`, 'Give each its own name.');
    }
    seen.add(entry.name);
  }
}

/** Dependencies on apps that are not there, and circles of dependencies. */
function appProblems(items: readonly Item<AppEntry>[]): void {
  const needs = new Map(items.map(({ entry }) => [entry.name, entry.dependsOn]));
  for (const { at, entry } of items) {
    for (const needed of entry.dependsOn.filter((name) => !needs.has(name))) {
      complain(at, 'UnknownApp', `depends on ${needed}, which is not an app of this file`);
    }
    const circle = circleFrom(entry.name, (name) => needs.get(name) ?? []);
    if (circle) complain(at, 'Cycle', `dependsOn goes round: ${circle.join(' → ')}`);
  }
}

const later = (at: Cursor, what: string): Problem => ({
  reason: 'NotSupportedYet',
  message: `${fieldOf(at.pointer)}: ${what} by this version`,
  place: placeOf(at),
});
