import semver from 'semver';
import { type Helper, HelperError, integer, text } from '../helper.ts';

function regex(pattern: unknown, flags = ''): RegExp {
  try {
    return new RegExp(text(pattern), flags);
  } catch (error) {
    throw new HelperError(`bad regular expression: ${error instanceof Error ? error.message : error}`);
  }
}

/** Go writes `${1}` and `$1`, JavaScript only `$1`. */
const replacement = (value: unknown): string => text(value).replaceAll(/\$\{(\w+)\}/g, '$$$1');

function version(value: unknown): semver.SemVer {
  const parsed = semver.parse(text(value)) ?? semver.coerce(text(value), { includePrerelease: true });
  if (!parsed) throw new HelperError(`${JSON.stringify(value)} is not a version`);
  return parsed;
}

/**
 * Helm's constraints (Masterminds/semver) in npm's notation: a comma is "and", a bare `!=` is not known to npm.
 * A range that ends in `-0` asks for pre-releases, as cluster versions like v1.35.1-gke.3 are.
 */
export function satisfies(constraint: string, wanted: string): boolean {
  const range = constraint.replaceAll(',', ' ').replaceAll(/-0\b/g, '');
  const includePrerelease = constraint.includes('-0');
  if (semver.validRange(range) === null) throw new HelperError(`${constraint} is not a version constraint`);
  return semver.satisfies(version(wanted), range, { includePrerelease });
}

export const MATCHING: Readonly<Record<string, Helper>> = {
  regexMatch: (pattern, value) => regex(pattern).test(text(value)),
  regexFind: (pattern, value) => regex(pattern).exec(text(value))?.[0] ?? '',
  regexFindAll: (pattern, value, count) => {
    const all = [...text(value).matchAll(regex(pattern, 'g'))].map((match) => match[0]);
    return integer(count) < 0 ? all : all.slice(0, integer(count));
  },
  regexReplaceAll: (pattern, value, to) => text(value).replaceAll(regex(pattern, 'g'), replacement(to)),
  regexSplit: (pattern, value, count) =>
    integer(count) < 0
      ? text(value).split(regex(pattern))
      : text(value).split(regex(pattern), integer(count)),
  semver: (value) => {
    const { major, minor, patch, prerelease, build } = version(value);
    return {
      Major: major,
      Minor: minor,
      Patch: patch,
      Prerelease: prerelease.join('.'),
      Metadata: build.join('.'),
    };
  },
  semverCompare: (constraint, value) => satisfies(text(constraint), text(value)),
};
