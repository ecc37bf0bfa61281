import semver from 'semver';
import { failed, ok, type Problem, ProblemError, type Result } from '../../base/errors.ts';
import type { Located, Place } from '../../base/place.ts';
import { suggest } from '../../charts/suggest.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject, KubeObject } from '../../kube/values/types.ts';
import { parseNewer } from '../../kube/values/yaml.ts';
import { locateKeys } from '../../kube/values/yaml-places.ts';
import { ASSERTIONS } from './assertions/list.ts';
import type { Assertion, Selector, Setting, Suite, Test } from './model.ts';

/** The suites of a file, one for each document. */
export function readSuites(text: string, file: string): Result<readonly Suite[]> {
  const parsed = parseNewer(text, file);
  if (!parsed.ok) return parsed;
  try {
    return ok(parsed.value.map((document) => suiteOf(document, text, file)));
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

/** One document: its members by their pointers, and where they are. */
interface Source {
  at(pointer: string): Place;
}

function suiteOf({ value, place }: Located<Json>, text: string, file: string): Suite {
  const lines = locateKeys(text, place.line);
  const source: Source = {
    at: (pointer) => ({ file, line: lines.get(pointer) ?? place.line ?? 1 }),
  };
  if (!isObject(value)) throw bad('A suite is a map', source.at(''));
  const tests = listOf(value.tests);
  if (tests.length === 0)
    throw bad('The suite has no tests', source.at('/tests'), 'Write `tests:` with `it` and `asserts`.');
  const { suite, templates, excludeTemplates, includeCrds, snapshotId } = value;
  return {
    ...settingOf(value, '', source),
    name: suite === undefined || suite === null ? '' : String(suite),
    place: source.at('/suite'),
    templates: texts(templates),
    excludeTemplates: texts(excludeTemplates),
    includeCrds: includeCrds === true,
    ...(snapshotId === undefined ? {} : { snapshotId: String(snapshotId) }),
    tests: tests.map((test, index) => testOf(test, `/tests/${index}`, source)),
  };
}

function testOf(value: Json, pointer: string, source: Source): Test {
  if (!isObject(value)) throw bad('A test is a map', source.at(pointer));
  const asserts = listOf(value.asserts);
  if (asserts.length === 0)
    throw bad('The test asserts nothing', source.at(pointer), 'Write `asserts:` with at least one.');
  const { it, template, templates, documentIndex } = value;
  const selector = selectorOf(value.documentSelector, `${pointer}/documentSelector`, source);
  return {
    ...settingOf(value, pointer, source),
    name: it === undefined || it === null ? '' : String(it),
    place: source.at(pointer),
    templates:
      texts(templates).length > 0 ? texts(templates) : texts(template === undefined ? [] : [template]),
    ...(typeof documentIndex === 'number' ? { documentIndex } : {}),
    ...(selector ? { selector } : {}),
    asserts: asserts.map((assertion, index) => assertionOf(assertion, `${pointer}/asserts/${index}`, source)),
  };
}

/** Beside the assertion itself. */
const OPTIONS = new Set(['template', 'documentIndex', 'documentSelector', 'not']);

function assertionOf(value: Json, pointer: string, source: Source): Assertion {
  const place = source.at(pointer);
  if (!isObject(value)) throw bad('An assertion is a map', place);
  const names = Object.keys(value).filter((name) => !OPTIONS.has(name));
  const [name = '', another] = names;
  const kind = Object.hasOwn(ASSERTIONS, name) ? ASSERTIONS[name] : undefined;
  if (!kind) {
    const remedy = suggest(name, Object.keys(ASSERTIONS)) ?? 'docs/charts.md lists the assertions.';
    throw bad(name === '' ? 'No assertion is named' : `There is no assertion ${name}`, place, remedy);
  }
  if (another !== undefined)
    throw bad(`${name} and ${another} stand in one assertion`, place, 'Write one entry for each.');
  const { template, documentIndex } = value;
  const params = value[name];
  const selector = selectorOf(value.documentSelector, `${pointer}/documentSelector`, source);
  return {
    ...{ name, kind, place },
    params: isObject(params) ? params : {},
    not: value.not === true,
    ...(typeof template === 'string' && template !== '' ? { template } : {}),
    ...(typeof documentIndex === 'number' ? { documentIndex } : {}),
    ...(selector ? { selector } : {}),
  };
}

function selectorOf(value: Json | undefined, pointer: string, source: Source): Selector | undefined {
  if (!isObject(value)) return undefined;
  if (typeof value.path !== 'string') throw bad('A documentSelector needs a path', source.at(pointer));
  return {
    path: value.path,
    ...(value.value === undefined || value.value === null ? {} : { value: value.value }),
    matchMany: value.matchMany === true,
    skipEmptyTemplates: value.skipEmptyTemplates === true,
  };
}

function settingOf(value: JsonObject, pointer: string, source: Source): Setting {
  const part = (name: string): JsonObject => {
    const found = value[name];
    return isObject(found) ? found : {};
  };
  const [release, chart, capabilities] = [part('release'), part('chart'), part('capabilities')];
  const { reason, minimumVersion } = part('skip');
  return {
    values: texts(value.values),
    set: part('set'),
    release: {
      ...some('name', release.name),
      ...some('namespace', release.namespace),
      ...(typeof release.revision === 'number' ? { revision: release.revision } : {}),
      ...(release.upgrade === true ? { upgrade: true } : {}),
    },
    chart: { ...some('version', chart.version), ...some('appVersion', chart.appVersion) },
    capabilities: {
      ...some('majorVersion', capabilities.majorVersion),
      ...some('minorVersion', capabilities.minorVersion),
      apiVersions: capabilities.apiVersions === null ? null : texts(capabilities.apiVersions),
    },
    objects: listOf(part('kubernetesProvider').objects).filter(isObject) as unknown as readonly KubeObject[],
    ...(isObject(value.postRenderer) ? { postRenderer: source.at(`${pointer}/postRenderer`) } : {}),
    ...some('skip', reason ?? tooNew(minimumVersion)),
  };
}

/** The release of helm-unittest whose format is read. */
const FORMAT = '1.1.2';

function tooNew(version: Json | undefined): string | undefined {
  const wanted = semver.coerce(String(version ?? ''));
  if (!wanted || semver.gte(FORMAT, wanted)) return undefined;
  return `The suite is for helm-unittest ${String(version)}, and the format of ${FORMAT} is read`;
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const texts = (value: Json | undefined): readonly string[] => listOf(value).map(String);

function some<K extends string>(key: K, value: Json | undefined): { readonly [key in K]?: string } {
  const isSet = value !== undefined && value !== null && value !== '';
  return (isSet ? { [key]: String(value) } : {}) as { readonly [key in K]?: string };
}

const bad = (message: string, place: Place, remedy?: string): ProblemError => {
  const problem: Problem = { reason: 'BadSuite', message, place, ...(remedy ? { remedy } : {}) };
  return new ProblemError(problem);
};
