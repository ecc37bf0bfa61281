import { satisfies as inRange } from '../gotemplate/semver/constraint.ts';
import { compareVersions as inOrder, parseVersion, type Version } from '../gotemplate/semver/version.ts';
import { GoError } from '../gotemplate/values.ts';

export const isVersion = (version: string): boolean => read(version) !== undefined;

/** Whether a version lies in a range (`IsCompatibleRange` of pkg/chart/v2/util/compatible.go); not if either is none. */
export const satisfies = (version: string, range: string): boolean =>
  attempt(() => inRange(range, version)) ?? false;

/** By semver's precedence; what is no version comes first. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [read(a), read(b)];
  return left && right ? inOrder(left, right) : Number(left !== undefined) - Number(right !== undefined);
}

const read = (version: string): Version | undefined => attempt(() => parseVersion(version));

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof GoError) return undefined;
    throw error;
  }
}
