/**
 * The rules of `git check-ref-format`, for a full name (`refs/heads/main`) and for a branch (`main`).
 * A name that passes is also safe as a relative path below `refs/`.
 */
export function isRefName(name: string): boolean {
  if (name.length > 1024 || name.endsWith('.') || name.includes('..') || name.includes('@{')) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name)) return false;
  const parts = name.split('/');
  return (
    parts.length > 1 && parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  );
}

/** `HEAD`, `@` and names that begin with `-` are refused for branches, as `git branch` refuses them. */
export function isBranchName(name: string): boolean {
  return name !== 'HEAD' && name !== '@' && !name.startsWith('-') && isRefName(`refs/heads/${name}`);
}

const HEADS = 'refs/heads/';

export const branchRef = (branch: string): string => HEADS + branch;

/** `refs/heads/main` → `main`; undefined for a ref that is not a branch. */
export function branchOf(ref: string): string | undefined {
  return ref.startsWith(HEADS) ? ref.slice(HEADS.length) : undefined;
}

/** Branch → tip. Without a prototype, so that a lookup of a branch called `constructor` finds nothing. */
export const tipsByBranch = (
  tips: Iterable<readonly [branch: string, tip: string]>,
): Readonly<Record<string, string>> => Object.assign(Object.create(null), Object.fromEntries(tips));
