import { type FileTree, pathsBelow, readText } from '../../base/filetree.ts';
import { join } from '../../charts/chart.ts';
import { isObject } from '../../kube/values/equal.ts';
import { compileRegex } from '../../kube/values/pattern.ts';
import type { Json, JsonObject } from '../../kube/values/types.ts';
import { parseYaml } from '../../kube/values/yaml.ts';

export interface SuiteFile {
  readonly file: string;
  /** The names of charts that lead to its own: `shop/charts/db`. */
  readonly route: string;
}

/** The suites of a chart and of the charts below it that its values do not turn off, by their paths. */
export function suiteFiles(tree: FileTree, patterns: readonly string[]): readonly SuiteFile[] {
  const values = mapIn(tree, 'values.yaml');
  return filesIn(tree, '', String(mapIn(tree, 'Chart.yaml').name), { patterns, values });
}

interface Search {
  readonly patterns: readonly string[];
  /** Of the chart at the top. */
  readonly values: JsonObject;
}

function filesIn(tree: FileTree, folder: string, route: string, search: Search): readonly SuiteFile[] {
  const inside = pathsBelow(tree, folder).map((path) =>
    folder === '' ? path : path.slice(folder.length + 1),
  );
  const matching = search.patterns.flatMap((pattern) => inside.filter(fits(pattern)));
  const own = [...new Set(matching)].map((file) => ({ file: join(folder, file), route }));
  const { dependencies } = mapIn(tree, join(folder, 'Chart.yaml'));
  const names = new Set(inside.flatMap((path) => /^charts\/([^/]+)\/Chart\.yaml$/.exec(path)?.[1] ?? []));
  const below = [...names].flatMap((name) => {
    const chart = join(folder, `charts/${name}`);
    const called = String(mapIn(tree, join(chart, 'Chart.yaml')).name);
    if (isOff(called, dependencies, search.values)) return [];
    return filesIn(tree, chart, `${route}/charts/${called}`, search);
  });
  return [...own, ...below];
}

function mapIn(tree: FileTree, file: string): JsonObject {
  const parsed = parseYaml(readText(tree, file) ?? '', file);
  return parsed.ok && isObject(parsed.value) ? parsed.value : {};
}

/** By its condition, else by its tags, as helm-unittest has it. */
function isOff(name: string, dependencies: Json | undefined, values: JsonObject): boolean {
  const all = Array.isArray(dependencies) ? dependencies.filter(isObject) : [];
  const found = all.find((one) => (one.alias ?? one.name) === name);
  if (!found) return false;
  if (typeof found.condition === 'string' && found.condition !== '')
    return valueAt(values, found.condition.split('.')) === false;
  const tags = Array.isArray(found.tags)
    ? found.tags.map((tag) => valueAt(values, ['tags', String(tag)]))
    : [];
  return tags.length > 0 && isObject(values.tags) && !tags.includes(true);
}

const valueAt = (values: JsonObject, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((at, key) => (isObject(at) ? (at[key] as Json) : undefined), values);

/** `*` and `?` stay in one folder, `**` crosses folders. */
function fits(pattern: string): (path: string) => boolean {
  const source = pattern.replace(/^\.\//, '').replaceAll(/\*\*\/?|\*|\?|[.+^${}()|[\]\\]/g, (token) => {
    if (token.startsWith('**')) return token.endsWith('/') ? '(?:.*/)?' : '.*';
    return token === '*' ? '[^/]*' : token === '?' ? '[^/]' : `\\${token}`;
  });
  const regex = compileRegex(`^${source}$`);
  return (path) => regex.ok && regex.value.test(path);
}
