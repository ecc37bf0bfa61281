import { quote } from '../format/quote.ts';
import { bytesOf, GoError } from '../values.ts';

/** A version as Masterminds' semver reads it: parts of 64 bits, of which the last two may be missing. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  /** As it was written. */
  readonly original: string;
}

const MAX_BYTES = 256;
const VERSION =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/** `NewVersion` of version.go. @throws GoError in its words */
export function parseVersion(text: string): Version {
  if (bytesOf(text).length > MAX_BYTES)
    throw new GoError(`version string is too long (max ${MAX_BYTES} bytes)`);
  const [whole, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] =
    VERSION.exec(text) ?? [];
  if (whole === undefined) throw new GoError('invalid semantic version');
  const version = {
    major: segment(major),
    minor: segment(minor),
    patch: segment(patch),
    prerelease,
    metadata,
    original: text,
  };
  if (prerelease.split('.').some((part) => /^0\d+$/.test(part)))
    throw new GoError('version segment starts with 0');
  return version;
}

const MAX_SEGMENT = 2n ** 64n - 1n;

function segment(digits: string): bigint {
  const value = BigInt(digits);
  if (value <= MAX_SEGMENT) return value;
  throw new GoError(
    `error parsing version segment: strconv.ParseUint: parsing ${quote(digits)}: value out of range`,
  );
}

export function versionText({
  major,
  minor,
  patch,
  prerelease,
  metadata,
}: Omit<Version, 'original'>): string {
  return `${major}.${minor}.${patch}${prerelease && `-${prerelease}`}${metadata && `+${metadata}`}`;
}

/** By semver's precedence: metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  return comparePrereleases(a.prerelease, b.prerelease);
}

/** A release comes after its prereleases. */
function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  const [left, right] = [a.split('.'), b.split('.')];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareParts(left[at] ?? '', right[at] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers come before words, and nothing before both; a number of more than 64 bits is a word. */
function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? -1 : 1;
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left === undefined && right === undefined) return a > b ? 1 : -1;
  if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
  return left > right ? 1 : -1;
}

function numberOf(part: string): bigint | undefined {
  const number = /^\d+$/.test(part) ? BigInt(part) : undefined;
  return number !== undefined && number <= MAX_SEGMENT ? number : undefined;
}
