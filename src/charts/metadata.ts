import semver from 'semver';
import { failed, ok, type Problem, type Result } from '../base/errors.ts';
import { type FileTree, readText } from '../base/filetree.ts';
import { once } from '../base/once.ts';
import { isObject } from '../kube/values/equal.ts';
import type { Json, JsonObject } from '../kube/values/types.ts';
import { parseYaml } from '../kube/values/yaml.ts';
import { locateKeys } from '../kube/values/yaml-places.ts';

export interface ChartDependency {
  readonly name: string;
  readonly alias?: string;
  readonly version?: string;
  readonly repository?: string;
  /** Comma list of value paths; the first that holds a boolean decides. */
  readonly condition?: string;
  readonly tags: readonly string[];
}

export interface ChartMetadata {
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly description?: string;
  readonly type: 'application' | 'library';
  readonly kubeVersion?: string;
  readonly dependencies: readonly ChartDependency[];
  /** The whole file, for `{{Chart.annotations.x}}`. */
  readonly raw: JsonObject;
}

/** Reads and checks Chart.yaml of the chart in `path`. */
export function readMetadata(tree: FileTree, path: string): Result<ChartMetadata> {
  const file = path === '' ? 'Chart.yaml' : `${path}/Chart.yaml`;
  const text = readText(tree, file);
  if (text === undefined) {
    return failed({
      reason: 'ChartMissing',
      message: `There is no chart in ${path === '' ? 'the root of the repository' : path}`,
      place: { file },
      remedy: 'Add a Chart.yaml with apiVersion: v2, name and version.',
    });
  }
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  if (!isObject(parsed.value)) {
    return failed({ reason: 'InvalidChart', message: 'Chart.yaml must be a map', place: { file, line: 1 } });
  }
  return checkMetadata(
    parsed.value,
    file,
    once(() => locateKeys(text)),
  );
}

function checkMetadata(
  raw: JsonObject,
  file: string,
  lines: () => ReadonlyMap<string, number>,
): Result<ChartMetadata> {
  const problems: Problem[] = [];
  const complain = (key: string, message: string, remedy: string): void => {
    problems.push({
      reason: 'InvalidChart',
      message,
      place: { file, line: lines().get(`/${key}`) ?? 1 },
      remedy,
    });
  };
  const { name, version, type = 'application' } = raw;
  if (raw.apiVersion !== 'v2') {
    const found = raw.apiVersion === undefined ? 'missing' : JSON.stringify(raw.apiVersion);
    complain('apiVersion', `apiVersion of a chart must be v2, not ${found}`, 'Write apiVersion: v2.');
  }
  if (typeof name !== 'string' || !/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(name)) {
    complain('name', 'name must be letters, digits, dots and dashes', 'Write name: my-chart.');
  }
  if (typeof version !== 'string' || semver.valid(version) === null) {
    complain(
      'version',
      `version must be a semantic version, not ${JSON.stringify(version ?? null)}`,
      'Write version: 0.1.0.',
    );
  }
  if (type !== 'application' && type !== 'library') {
    complain('type', 'type must be application or library', 'Leave it out for an application.');
  }
  const dependencies = readDependencies(raw.dependencies, complain);
  const [first, ...others] = problems;
  if (first) return failed(first, ...others);
  return ok({
    file,
    name: String(name),
    version: String(version),
    ...optionalTexts(raw, ['appVersion', 'description', 'kubeVersion']),
    type: type === 'library' ? 'library' : 'application',
    dependencies,
    raw,
  });
}

function optionalTexts<K extends string>(raw: JsonObject, keys: readonly K[]): { [key in K]?: string } {
  const found = keys.filter((key) => raw[key] !== undefined && raw[key] !== null);
  // appVersion: 1.10 without quotes is a number in YAML; the original text is lost, so the nearest text is kept.
  return Object.fromEntries(found.map((key) => [key, String(raw[key])])) as { [key in K]?: string };
}

function readDependencies(
  raw: Json | undefined,
  complain: (key: string, message: string, remedy: string) => void,
): ChartDependency[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) {
    complain('dependencies', 'dependencies must be a list', 'Write one `- name: …` per chart.');
    return [];
  }
  return raw.flatMap((entry: Json, i) => {
    if (!isObject(entry) || typeof entry.name !== 'string') {
      complain(`dependencies/${i}`, 'a dependency needs a name', 'Write `- name: postgres`.');
      return [];
    }
    if (entry['import-values'] !== undefined) {
      complain(
        `dependencies/${i}/import-values`,
        'import-values is not supported yet',
        'Read the values as Values.<chart>.<name>.',
      );
    }
    return [
      {
        name: entry.name,
        ...optionalTexts(entry, ['alias', 'version', 'repository', 'condition']),
        tags: Array.isArray(entry.tags) ? entry.tags.map(String) : [],
      },
    ];
  });
}
