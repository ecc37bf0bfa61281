import { createHash } from 'node:crypto';
import type { Dialect } from '../helm/dialect.ts';
import { dependencyJson } from '../helm/gojson.ts';
import type { HelmLock, LockedDependency } from '../helm/lock.ts';
import type { HelmDependency } from '../helm/metadata.ts';

/** Helm's digest of what is asked for and what is locked (`HashReq` of internal/resolver/resolver.go). */
export function lockDigest(
  asked: readonly HelmDependency[],
  locked: readonly LockedDependency[],
  dialect: Dialect,
): string {
  const list = (items: readonly HelmDependency[]): string =>
    `[${items.map((one) => dependencyJson(one, dialect)).join(',')}]`;
  return sha256(`[${list(asked)},${list(locked.map((one) => ({ ...BARE, ...one })))}]`);
}

const BARE = { condition: '', tags: [], enabled: false, importValues: [], alias: '' };

/** Helm 2's, of what is asked for alone, in locks of old charts. */
const oldDigest = (asked: readonly HelmDependency[], dialect: Dialect): string =>
  sha256(`{"dependencies":[${asked.map((one) => dependencyJson(one, dialect)).join(',')}]}`);

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/**
 * Whether a lock was made of what Chart.yaml asks for now. `asked` as it is written; `resolved` with the addresses of repositories in
 * place of their names, which is what Helm hashes.
 */
export function isInSync(
  lock: HelmLock,
  {
    asked,
    resolved,
    isOld,
  }: {
    readonly asked: readonly HelmDependency[];
    readonly resolved: readonly HelmDependency[];
    readonly isOld: boolean;
  },
  dialect: Dialect,
): boolean {
  if (lock.digest === lockDigest(resolved, lock.dependencies, dialect)) return true;
  return isOld && lock.digest === oldDigest(asked, dialect);
}
