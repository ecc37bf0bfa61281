import { satisfies as inRange } from '../gotemplate/semver/constraint.ts';
import { parseVersion } from '../gotemplate/semver/version.ts';
import { GoError } from '../gotemplate/values.ts';

export const isVersion = (version: string): boolean => attempt(() => parseVersion(version) !== undefined);

/** Whether a version lies in a range (`IsCompatibleRange` of pkg/chart/v2/util/compatible.go); not if either is none. */
export const satisfies = (version: string, range: string): boolean => attempt(() => inRange(range, version));

function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (error instanceof GoError) return false;
    throw error;
  }
}
