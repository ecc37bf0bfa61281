import { failed, ok, type Problem, type Result } from '../base/errors.ts';
import type { Bounds } from '../kube/values/bounds.ts';
import { circleFrom } from './circle.ts';
import type { AppEntry, AppSource, DeliveryFile, EnvironmentEntry } from './deliveryfile.ts';
import type { GateGrammar } from './gategrammar.ts';
import type { Fields, Rule } from './grammar.ts';
import { readHealth } from './healthfile.ts';
import { readIgnore } from './ignorefile.ts';
import { readImages, readRegistry } from './imagesfile.ts';
import { notifying, readNotifications } from './notifyrules.ts';
import { readPatches } from './patchesfile.ts';
import {
  APP,
  CHART_REFERENCE,
  environmentRule,
  fileRule,
  METADATA,
  specRule,
  VERIFY,
} from './pilotagegrammar.ts';
import { readPreviews } from './previewpolicy.ts';
import { promotionProblems, readPromotion } from './promotionpolicy.ts';
import { type Cursor, complain, type Item, openText, placeOf, readList, readPath } from './reader.ts';
import { PILOTAGE_API_VERSION } from './types.ts';
import { readWindows } from './windows.ts';

/** Where the file is, at the root of the repository. */
export const PILOTAGE_FILE = 'pilotage.yaml';

/** The file is read on the main thread, at every push. */
const BOUNDS: Bounds = { nodes: 20_000, depth: 50, bytes: 512 * 1024 };

/** Reads `pilotage.yaml`; `gates` are those that a promotion may name. Reports every problem of the file at once, each with its line. */
export function readPilotageFile(text: string, gates: readonly GateGrammar[]): Result<DeliveryFile> {
  const opened = openText(text, PILOTAGE_FILE, BOUNDS);
  if (!opened.ok) return opened;
  const root = opened.value;
  const warnings: Problem[] = [];
  const value = readFile(root, gates, warnings);
  const [first, ...rest] = root.report.problems;
  return first ? failed(first, ...rest) : ok(value);
}

function readFile(root: Cursor, gates: readonly GateGrammar[], warnings: Problem[]): DeliveryFile {
  const top = fileRule(gates).open(root);
  if (root.value !== null) header(root, top);
  const name = METADATA.open(top.metadata.at).name.read();
  const spec = specRule(gates).open(top.spec.at);
  const environments = readItems(spec.environments.at, (at) => readEnvironment(at, gates, warnings));
  const apps = readItems(spec.apps.at, readApp);
  const registry = spec.registry.at && readRegistry(spec.registry.at);
  const health = readHealth(spec.health.at);
  const previews = spec.previews.at && readPreviews(spec.previews.at, environments);
  const told = readNotifications(spec.notifications.at, environments);
  doubles(environments);
  promotionProblems(environments);
  dependencyProblems(environments, name);
  doubles(apps);
  appProblems(apps);
  return {
    ...(name ? { name } : {}),
    environments: environments.map(({ entry }) => notifying(entry, told)),
    ...(spec.apps.at ? { apps: apps.map(({ entry }) => entry) } : {}),
    images: readImages(spec.images.at),
    ...(registry ? { registry } : {}),
    ...(health.length > 0 ? { health } : {}),
    ...(previews ? { previews } : {}),
    warnings,
  };
}

function header(
  root: Cursor,
  { apiVersion, kind }: Fields<{ apiVersion: Rule<string>; kind: Rule<string> }>,
): void {
  if (!apiVersion.at) complain(root, 'MissingField', `has no apiVersion: ${PILOTAGE_API_VERSION}`);
  if (!kind.at) complain(root, 'MissingField', 'has no kind: Delivery');
  apiVersion.read();
  kind.read();
}

function readEnvironment(
  at: Cursor,
  gates: readonly GateGrammar[],
  warnings: Problem[],
): EnvironmentEntry | undefined {
  const rule = environmentRule(gates);
  const fields = rule.open(at);
  if (!rule.isComplete(at, fields)) return undefined;
  const name = fields.name.read();
  if (name === undefined) return undefined;
  const namespace = fields.namespace.read();
  const cluster = fields.cluster.read();
  const needs = fields.dependsOn.read() ?? [];
  const promotion = fields.promotion.at && readPromotion(fields.promotion.at, gates, warnings);
  const windows = fields.windows.at && readWindows(fields.windows.at);
  const signatures = fields.verify.at && VERIFY.open(fields.verify.at).signatures.read();
  return {
    name,
    branch: fields.branch.read() ?? name,
    path: fields.path.read() ?? '',
    ...(namespace ? { namespace } : {}),
    ...(cluster ? { cluster } : {}),
    namespaces: fields.namespaces.read() ?? 'own',
    drift: fields.drift.read() ?? 'heal',
    ...(needs.length > 0 ? { dependsOn: needs } : {}),
    ...readRules(fields),
    ...(promotion ? { promotion } : {}),
    ...(signatures === 'required' ? { verify: { signatures } } : {}),
    ...(windows && windows.length > 0 ? { windows } : {}),
    place: placeOf(fields.name.at ?? at),
  };
}

function readApp(at: Cursor): AppEntry | undefined {
  const fields = APP.open(at);
  if (!APP.isComplete(at, fields)) return undefined;
  const name = fields.name.read();
  const source = readSource(at, fields.chart.at, fields.path.at);
  if (name === undefined || source === undefined) return undefined;
  const values = fields.values.read() ?? [];
  for (const item of readList(fields.values.at)) unknownVariable(item);
  const patches = readPatches(fields.patches.at, unknownVariable);
  const renamedFrom = fields.renamedFrom.read();
  return {
    name,
    source,
    values,
    ...(patches.length > 0 ? { patches } : {}),
    dependsOn: fields.dependsOn.read() ?? [],
    ...readRules(fields),
    ...(renamedFrom ? { renamedFrom } : {}),
    place: placeOf(fields.name.at ?? at),
  };
}

/** What both an environment and an app may say of their objects. */
function readRules({
  prune,
  ignore,
}: Pick<ReturnType<(typeof APP)['open']>, 'prune' | 'ignore'>): Pick<AppEntry, 'prune' | 'ignore'> {
  const mode = prune.at && prune.read();
  const rules = readIgnore(ignore.at);
  return { ...(mode ? { prune: mode } : {}), ...(rules.length > 0 ? { ignore: rules } : {}) };
}

/** `${env}` is no variable of a path: it would be looked for by that name. */
function unknownVariable(at: Cursor): void {
  const names = typeof at.value === 'string' ? at.value.matchAll(/\$\{([^}]*)\}/g) : [];
  for (const [variable, name = ''] of names)
    if (!VARIABLES.includes(name))
      complain(at, 'WrongValue', `knows no ${variable}`, 'Write ${environment} or ${delivery}.');
}

const VARIABLES = ['environment', 'delivery'];

function readSource(app: Cursor, chart: Cursor | undefined, path: Cursor | undefined): AppSource | undefined {
  if (chart && path) return complain(path, 'WrongValue', 'chart and path exclude each other');
  const from = chart ?? path;
  if (from === undefined) return complain(app, 'MissingField', 'names neither chart nor path');
  if (typeof from.value === 'string' || from === path) {
    const folder = from.value === '.' ? '' : readPath(from);
    return folder === undefined ? undefined : { type: 'folder', path: folder };
  }
  const fields = CHART_REFERENCE.open(from);
  if (!CHART_REFERENCE.isComplete(from, fields)) return undefined;
  return {
    type: 'repository',
    repository: fields.repository.read() ?? '',
    name: fields.name.read() ?? '',
    version: fields.version.read() ?? '*',
  };
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

/** `shop/infra` of the delivery `shop` is `infra`, whatever it is called here; undefined: of another delivery. */
export const ownDependency = (needed: string, delivery: string | undefined): string | undefined => {
  const slash = needed.indexOf('/');
  if (slash < 0) return needed;
  return delivery === undefined || needed.slice(0, slash) === delivery ? needed.slice(slash + 1) : undefined;
};

/** Dependencies on environments that are not there, and circles, with the lines of all that are in one. */
function dependencyProblems(items: readonly Item<EnvironmentEntry>[], delivery: string | undefined): void {
  const needsOf = new Map(
    items.map(({ entry }) => [
      entry.name,
      (entry.dependsOn ?? []).flatMap((needed) => ownDependency(needed, delivery) ?? []),
    ]),
  );
  const lineOf = (name: string): string => {
    const line = items.find(({ entry }) => entry.name === name)?.entry.place.line;
    return line === undefined ? name : `${name} (line ${line})`;
  };
  for (const { at, entry } of items) {
    for (const needed of entry.dependsOn ?? []) {
      const own = ownDependency(needed, delivery);
      if (own === undefined)
        complain(
          at,
          'WrongValue',
          `depends on ${needed}, which is of another delivery`,
          'Only environments of the same delivery can be waited for.',
        );
      else if (!needsOf.has(own))
        complain(at, 'UnknownEnvironment', `depends on ${needed}, which is not an environment of this file`);
    }
    const circle = circleFrom(entry.name, (name) => needsOf.get(name) ?? []);
    if (circle) complain(at, 'Cycle', `dependsOn goes round: ${circle.map(lineOf).join(' → ')}`);
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
