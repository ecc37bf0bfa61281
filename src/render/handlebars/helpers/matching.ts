import semver from 'semver';
import { compileRegex, type Regex } from '../../../kube/values/pattern.ts';
import { type Helper, HelperError, integer, text } from '../helper.ts';

/** Sprig's are Go's: RE2, linear in the text. */
function regex(pattern: unknown): Regex {
  const compiled = compileRegex(text(pattern));
  if (compiled.ok) return compiled.value;
  throw new HelperError(`bad regular expression: ${compiled.problems[0].message}`);
}

interface Match {
  readonly from: number;
  readonly to: number;
  /** The whole first; undefined where a group took no part. */
  readonly groups: readonly (string | undefined)[];
}

/** As Go's All functions find them: an empty match right after another does not count. */
function findAll(pattern: Regex, value: string): readonly Match[] {
  let end = -1;
  return [...pattern.matchAll(value)].flatMap((groups): Match[] => {
    const { index: from = 0, 0: found } = groups;
    const to = from + found.length;
    if (to === from && from === end) return [];
    end = to;
    return [{ from, to, groups }];
  });
}

/** Go's Expand: `$1`, `${1}`, `$name`, `$$`; a group that is not there is empty. */
function expand(template: string, { groups }: Match, names: Readonly<Record<string, number>>): string {
  return template.replaceAll(
    /\$(?:\$|\{(\w+)\}|(\w+))/g,
    (token: string, braced: string | undefined, plain: string | undefined) => {
      if (token === '$$') return '$';
      const name = braced ?? plain ?? '';
      const group = /^\d+$/.test(name) ? Number(name) : names[name];
      return group === undefined ? '' : (groups[group] ?? '');
    },
  );
}

function replaceAll(pattern: Regex, value: string, to: string): string {
  const names = pattern.namedGroups();
  let last = 0;
  const parts = findAll(pattern, value).map((match) => {
    const between = value.slice(last, match.from);
    last = match.to;
    return between + expand(to, match, names);
  });
  return parts.join('') + value.slice(last);
}

/** Go's Split: the last of `count` parts holds the rest. */
function split(pattern: Regex, value: string, count: number): string[] {
  if (count === 0) return [];
  if (value === '') return [''];
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const { from, to } of findAll(pattern, value)) {
    if (count > 0 && parts.length === count - 1) break;
    end = from;
    if (to !== 0) parts.push(value.slice(begin, end));
    begin = to;
  }
  return end === value.length ? parts : [...parts, value.slice(begin)];
}

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
    const from = text(value);
    const all = findAll(regex(pattern), from).map((match) => from.slice(match.from, match.to));
    return integer(count) < 0 ? all : all.slice(0, integer(count));
  },
  regexReplaceAll: (pattern, value, to) => replaceAll(regex(pattern), text(value), text(to)),
  regexSplit: (pattern, value, count) => split(regex(pattern), text(value), integer(count)),
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
