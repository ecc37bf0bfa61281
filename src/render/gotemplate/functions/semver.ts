import { satisfies } from '../semver/constraint.ts';
import { compareVersions, parseVersion, type Version, versionText } from '../semver/version.ts';
import { type FunctionTable, GoError, type GoFunction, Num, Struct, type Value } from '../values.ts';
import { define } from './define.ts';

/** sprig's semver.go. */
export const SEMVER: FunctionTable = {
  semver: define(['string'], ([text]) => versionStruct(parseVersion(text))),
  semverCompare: define(['string', 'string'], ([constraint, version]) => satisfies(constraint, version)),
};

const versions = new WeakMap<Struct, Version>();

/** A *semver.Version: its parts are methods, not fields. */
const versionStruct = (version: Version): Struct =>
  structOf(version, '*semver.Version', { ...methodsOf(version), ...pointerMethodsOf(version) });

function structOf(version: Version, name: string, methods: Readonly<Record<string, GoFunction>>): Struct {
  const text = (): string => versionText(version);
  const struct = new Struct({ name, methods }, new Map(), { text, json: text });
  versions.set(struct, version);
  return struct;
}

const uint64 = (value: bigint): Num => new Num('uint64', value);
const getter = (value: () => Value): GoFunction => define([], value);

const comparing = (version: Version, decide: (order: number) => Value): GoFunction =>
  define(['any'], ([other]) => decide(compareVersions(version, versionOf(other))));

function versionOf(value: Value): Version {
  const version = value instanceof Struct ? versions.get(value) : undefined;
  if (!version) throw new GoError('wrong type for value; expected *semver.Version');
  return version;
}

const methodsOf = (version: Version): Readonly<Record<string, GoFunction>> => ({
  Major: getter(() => uint64(version.major)),
  Minor: getter(() => uint64(version.minor)),
  Patch: getter(() => uint64(version.patch)),
  Prerelease: getter(() => version.prerelease),
  Metadata: getter(() => version.metadata),
  String: getter(() => versionText(version)),
  IncMajor: getter(() => next(version, { major: version.major + 1n, minor: 0n, patch: 0n })),
  IncMinor: getter(() => next(version, { minor: version.minor + 1n, patch: 0n })),
  IncPatch: getter(() => next(version, version.prerelease === '' ? { patch: version.patch + 1n } : {})),
  SetPrerelease: define(['string'], ([prerelease]) => withPart(version, { prerelease }, 'prerelease')),
  SetMetadata: define(['string'], ([metadata]) => withPart(version, { metadata }, 'metadata')),
});

/** What a version has that a template holds by a pointer alone. */
const pointerMethodsOf = (version: Version): Readonly<Record<string, GoFunction>> => ({
  Original: getter(() => version.original),
  Compare: comparing(version, BigInt),
  Equal: comparing(version, (order) => order === 0),
  LessThan: comparing(version, (order) => order < 0),
  LessThanEqual: comparing(version, (order) => order <= 0),
  GreaterThan: comparing(version, (order) => order > 0),
  GreaterThanEqual: comparing(version, (order) => order >= 0),
});

/** The release that comes next. */
const next = (version: Version, parts: Partial<Version>): Struct =>
  changed({ ...version, prerelease: '', metadata: '', ...parts });

const IDENTIFIERS = /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/;

function withPart(version: Version, part: Partial<Version>, name: 'prerelease' | 'metadata'): Struct {
  const text = part[name] ?? '';
  if (text !== '' && !IDENTIFIERS.test(text)) throw new GoError(`invalid ${name} string`);
  if (name === 'prerelease' && text.split('.').some((identifier) => /^0\d+$/.test(identifier)))
    throw new GoError('version segment starts with 0');
  return changed({ ...version, ...part });
}

const changed = (version: Version): Struct => structOf(version, 'semver.Version', methodsOf(version));
