import semver from 'semver';

/** Masterminds' semver reads `1.2` and `v1` as versions. */
export const isVersion = (version: string): boolean => complete(version) !== undefined;

/** Whether a version lies in a range of Masterminds' semver: a comma means and; prereleases count where the range names one. */
export function satisfies(version: string, range: string): boolean {
  const read = complete(version);
  if (read === undefined || range.trim() === '') return false;
  const words = range.replaceAll(',', ' ');
  return semver.satisfies(read, words, { includePrerelease: /\d-/.test(range), loose: true });
}

function complete(version: string): string | undefined {
  const [, major, minor = '0', patch = '0', rest = ''] =
    /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+][0-9A-Za-z.+-]+)?$/.exec(version) ?? [];
  if (major === undefined) return undefined;
  return semver.valid(`${Number(major)}.${Number(minor)}.${Number(patch)}${rest}`) ?? undefined;
}
