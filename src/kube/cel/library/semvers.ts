import { traversal } from '../cost.ts';
import { type Overload, overload } from '../overload.ts';
import { opaqueType } from '../types.ts';
import { fail, Opaque, type Value } from '../values.ts';
import { nominal } from './quantities.ts';

const TYPE = opaqueType('kubernetes.Semver');

interface Version {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly before: readonly string[];
}

const NUMBER = '(0|[1-9]\\d*)';
const PART = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
/** semver.org's grammar; its parts are captured. */
export const SEMVER = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${PART}(?:\\.${PART})*))?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`,
);

/** undefined for what is none. */
function parse(text: string): Version | undefined {
  const [, major, minor, patch, before] = text.length <= 256 ? (SEMVER.exec(text) ?? []) : [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  const numbers = [BigInt(major), BigInt(minor), BigInt(patch)] as const;
  if (numbers.some((number) => number >= 2n ** 64n)) return undefined;
  return { numbers, before: before === undefined ? [] : before.split('.') };
}

/** Without a leading v and leading zeros, with the parts that are left out (`library/semverlib.go`). */
function normalize(text: string): string {
  const [, core = '', rest = ''] = /^v?([^-+]*)(.*)$/s.exec(text) ?? [];
  const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return `${parts.join('.')}${rest}`;
}

class SemverValue extends Opaque {
  readonly type = TYPE;
  readonly version: Version;

  constructor(version: Version) {
    super();
    this.version = version;
  }

  equals(other: Opaque): boolean {
    return other instanceof SemverValue && compare(this.version, other.version) === 0;
  }
}

function compare(a: Version, b: Version): number {
  for (const [i, number] of a.numbers.entries()) {
    const other = b.numbers[i] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.before.length === 0 || b.before.length === 0)
    return Number(a.before.length === 0) - Number(b.before.length === 0);
  for (let i = 0; i < Math.max(a.before.length, b.before.length); i++) {
    const order = comparePart(a.before[i], b.before[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  const [left, right] = isNumber ? [BigInt(a), BigInt(b)] : [a, b];
  return left < right ? -1 : left > right ? 1 : 0;
}

const of = (value: Value | undefined): Version => (value as SemverValue).version;
const read = (text: Value | undefined, isNormalized: Value | undefined): Version | undefined =>
  parse(isNormalized === true ? normalize(text as string) : (text as string));

function make(text: Value | undefined, isNormalized: Value | undefined): Value {
  const version = read(text, isNormalized);
  return version ? new SemverValue(version) : fail('No Major.Minor.Patch elements found');
}

/** Kubernetes' semantic versions (`library/semverlib.go`). */
export const SEMVERS: readonly Overload[] = [
  overload('semver(string) kubernetes.Semver', ([text]) => make(text, false), traversal()),
  overload('semver(string, bool) kubernetes.Semver', ([text, normal]) => make(text, normal), traversal()),
  overload('isSemver(string) bool', ([text]) => read(text, false) !== undefined, traversal()),
  overload('isSemver(string, bool) bool', ([text, normal]) => read(text, normal) !== undefined, traversal()),
  ...['major', 'minor', 'patch'].map((name, i) =>
    overload(`kubernetes.Semver::${name}() int`, ([a]) => of(a).numbers[i] ?? 0n, nominal),
  ),
  overload(
    'kubernetes.Semver::isGreaterThan(kubernetes.Semver) bool',
    ([a, b]) => compare(of(a), of(b)) > 0,
    nominal,
  ),
  overload(
    'kubernetes.Semver::isLessThan(kubernetes.Semver) bool',
    ([a, b]) => compare(of(a), of(b)) < 0,
    nominal,
  ),
  overload(
    'kubernetes.Semver::compareTo(kubernetes.Semver) int',
    ([a, b]) => BigInt(compare(of(a), of(b))),
    nominal,
  ),
];
