import { type Problem, ProblemError } from '../../base/errors.ts';
import { locateKeys } from '../../kube/values/yaml-places.ts';
import type { Dialect } from './dialect.ts';
import { type HelmFile, readUtf8 } from './files.ts';
import { type HelmMap, type HelmValue, isTable } from './values.ts';

export interface HelmMaintainer {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

export interface HelmDependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly condition: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  /** Strings, or maps with `child` and `parent`. */
  readonly importValues: readonly HelmValue[];
  readonly alias: string;
}

/** Chart.yaml, every field of Go's struct (pkg/chart/v2/metadata.go): what is not written is empty. */
export interface HelmMetadata {
  readonly name: string;
  readonly home: string;
  readonly sources: readonly string[];
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly maintainers: readonly HelmMaintainer[];
  readonly icon: string;
  readonly apiVersion: string;
  readonly condition: string;
  readonly tags: string;
  readonly appVersion: string;
  readonly deprecated: boolean;
  readonly annotations: ReadonlyMap<string, string>;
  readonly kubeVersion: string;
  readonly dependencies: readonly HelmDependency[];
  readonly type: string;
}

const EMPTY: HelmMetadata = {
  name: '',
  home: '',
  sources: [],
  version: '',
  description: '',
  keywords: [],
  maintainers: [],
  icon: '',
  apiVersion: '',
  condition: '',
  tags: '',
  appVersion: '',
  deprecated: false,
  annotations: new Map(),
  kubeVersion: '',
  dependencies: [],
  type: '',
};

/** What a field makes of a value of YAML. @throws Mismatch */
type Read = (value: HelmValue) => unknown;

/** A value that has no place in a field: what would have. */
class Mismatch extends Error {}

/** A number or a truth value stands for its text where text is wanted, as sigs.k8s.io/yaml has it. */
const text: Read = (value) => {
  if (value === null) return '';
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  throw new Mismatch('text');
};
const printable: Read = (value) => printableOf(String(text(value)));
const truth: Read = (value) => {
  if (value === null || typeof value === 'boolean') return value === true;
  throw new Mismatch('true or false');
};
const listOf =
  (read: Read): Read =>
  (value) => {
    if (value === null) return [];
    if (!Array.isArray(value)) throw new Mismatch('a list');
    return value.map(read);
  };
const texts: Read = (value) => {
  if (value === null) return new Map();
  if (!isTable(value)) throw new Mismatch('a map');
  return new Map(Array.from(value, ([key, member]) => [key, text(member)]));
};
const structOf =
  (fields: Readonly<Record<string, Read>>, empty: object): Read =>
  (value) => {
    if (!isTable(value)) throw new Mismatch('a map');
    return fill(value, fields, empty);
  };

const MAINTAINER = { name: printable, email: printable, url: printable };
const DEPENDENCY = {
  name: printable,
  version: printable,
  repository: printable,
  condition: printable,
  tags: listOf(printable),
  enabled: truth,
  'import-values': listOf((value) => value),
  alias: text,
};
const NO_DEPENDENCY = {
  name: '',
  version: '',
  repository: '',
  condition: '',
  tags: [],
  enabled: false,
  importValues: [],
  alias: '',
};

const FIELDS: Readonly<Record<string, Read>> = {
  name: printable,
  home: printable,
  sources: listOf(printable),
  version: text,
  description: printable,
  keywords: listOf(printable),
  maintainers: listOf(structOf(MAINTAINER, { name: '', email: '', url: '' })),
  icon: printable,
  apiVersion: text,
  condition: printable,
  tags: printable,
  appVersion: printable,
  deprecated: truth,
  annotations: texts,
  kubeVersion: printable,
  dependencies: listOf(structOf(DEPENDENCY, NO_DEPENDENCY)),
  type: text,
};

/** encoding/json finds the fields of a struct by their names, else by these without regard to case; what it does not know it skips. */
function fill(value: HelmMap, fields: Readonly<Record<string, Read>>, empty: object): object {
  const names = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
  const found: Record<string, unknown> = {};
  for (const key of [...value.keys()].sort()) {
    const name = Object.hasOwn(fields, key) ? key : names.get(key.toLowerCase());
    const read = name === undefined ? undefined : fields[name];
    const member = value.get(key) ?? null;
    if (name === undefined || read === undefined || member === null) continue;
    found[name === 'import-values' ? 'importValues' : name] = read(member);
  }
  return { ...empty, ...found };
}

/** Reads a Chart.yaml, or a requirements.yaml over one that is read already. @throws ProblemError */
export function readMetadata(file: HelmFile, dialect: Dialect, base = EMPTY): HelmMetadata {
  const source = readUtf8(file);
  const value = readYaml(source, file.file, dialect);
  if (value === null) return base;
  if (!isTable(value)) throw invalid(`${file.name} must be a map`, { file: file.file, line: 1 });
  for (const [key, member] of value) {
    try {
      fill(new Map([[key, member]]), FIELDS, {});
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      const line = locateKeys(source).get(`/${key}`) ?? 1;
      throw invalid(`${key} of ${file.name} must be ${error.message}`, { file: file.file, line });
    }
  }
  return fill(value, FIELDS, base) as HelmMetadata;
}

/** One document of YAML. @throws ProblemError with the line that Go's reader names */
export function readYaml(source: string, file: string, { yaml }: Dialect): HelmValue {
  try {
    return yaml(source);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = Number(/\bline (\d+)/.exec(message)?.[1] ?? 1);
    throw new ProblemError({ reason: 'YamlError', message, place: { file, line } }, { cause: error });
  }
}

const ALIAS = /^[a-zA-Z0-9_-]+$/;

/** What Helm refuses in a Chart.yaml (`Validate`). @throws ProblemError */
export function checkMetadata(metadata: HelmMetadata, file: HelmFile, dialect: Dialect): void {
  const refuse = (key: string, message: string, remedy?: string): never => {
    const line = locateKeys(readUtf8(file)).get(key === '' ? '' : `/${key}`) ?? 1;
    throw invalid(message, { file: file.file, line }, remedy);
  };
  const { apiVersion, name, version, type } = metadata;
  if (!['v1', 'v2'].includes(apiVersion))
    refuse(
      'apiVersion',
      `apiVersion of a chart must be v1 or v2, not ${apiVersion}`,
      'Write apiVersion: v2.',
    );
  if (name === '') refuse('name', 'The chart has no name', 'Write name: my-chart.');
  if (name === '.' || name === '..' || name.includes('/'))
    refuse('name', `${JSON.stringify(name)} is no name for a chart`, 'Write letters, digits and dashes.');
  if (version === '') refuse('version', 'The chart has no version', 'Write version: 0.1.0.');
  if (!dialect.isVersion(version))
    refuse('version', `${JSON.stringify(version)} is not a version`, 'Write version: 0.1.0.');
  if (!['', 'application', 'library'].includes(type))
    refuse('type', 'type must be application or library', 'Leave it out for an application.');
  checkDependencies(metadata.dependencies, refuse);
}

function checkDependencies(
  dependencies: readonly HelmDependency[],
  refuse: (key: string, message: string, remedy?: string) => never,
): void {
  const names = new Set<string>();
  for (const [index, { name, alias }] of dependencies.entries()) {
    const at = `dependencies/${index}`;
    if (alias !== '' && !ALIAS.test(alias))
      refuse(at, `${JSON.stringify(alias)} is no alias`, 'Write letters, digits, dashes and underscores.');
    const called = alias || name;
    if (names.has(called))
      refuse(at, `Two dependencies are called ${called}`, 'Give one of them another alias.');
    names.add(called);
  }
}

const invalid = (message: string, place: Problem['place'], remedy?: string): ProblemError =>
  new ProblemError({
    reason: 'InvalidChart',
    message,
    ...(place ? { place } : {}),
    ...(remedy ? { remedy } : {}),
  });

/** strconv's `g`: whole numbers were integers in the file, and are written in full. */
function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Helm writes each space as a blank and drops what cannot be printed. */
const printableOf = (value: string): string =>
  value.replace(/[\p{White_Space}]/gu, ' ').replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '');
