import type { Commit } from '../../git/types.ts';

/** How far back a branch is searched for the last promotion. Beyond that a target counts as diverged, which refuses rather than loses. */
export const HISTORY_LIMIT = 2000;

/** `1a2b3c4 Fix the port`. */
export function formatCommit(commit: Commit): string {
  return `${commit.oid.slice(0, 7)} ${commit.message.split('\n', 1)[0] ?? ''}`;
}
