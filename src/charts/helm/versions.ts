import { ProblemError } from '../../base/errors.ts';
import type { Dialect } from './dialect.ts';

/** The newest first. What is no version is left out. */
export const newestFirst = (versions: readonly string[], { isVersion, compareVersions }: Dialect): string[] =>
  versions.filter(isVersion).sort((a, b) => compareVersions(b, a));

/**
 * The version that a range asks for: the very one, or else the newest within the range; without a range, the newest that is no prerelease
 * (`GetTagMatchingVersionOrConstraint` of pkg/registry/tag.go). `what` names the chart.
 * @throws ProblemError VersionNotFound
 */
export function chooseVersion(
  versions: readonly string[],
  range: string,
  what: string,
  dialect: Dialect,
): string {
  if (versions.includes(range)) return range;
  const sorted = newestFirst(versions, dialect);
  const found = sorted.find((version) => dialect.satisfies(version, range || '*'));
  if (found !== undefined) return found;
  const few = sorted.slice(0, 5).join(', ');
  throw new ProblemError({
    reason: 'VersionNotFound',
    message: `No version of ${what} satisfies ${range || '*'}`,
    remedy:
      sorted.length === 0
        ? 'There is no version at all: check the name.'
        : `There ${sorted.length === 1 ? 'is' : 'are'} ${few}${sorted.length > 5 ? ' and older ones' : ''}. A prerelease must be named: ^1.0.0-0.`,
  });
}
