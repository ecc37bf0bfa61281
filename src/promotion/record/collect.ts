import type { KubeClient } from '../../kube/client/client.ts';
import { isConflict, isNotFound } from '../../kube/values/status.ts';
import { type Environment, PILOTAGE_NAMESPACE, PROMOTIONS, type Promotion } from '../../model/types.ts';

/**
 * How many promotions to one environment are kept, newest first, of those that have ended. Merged ones tell what ran there before, as the last
 * 20 releases do; a rejection that is not kept still follows from the history of the branch, as long as that is there.
 */
export const KEPT = { Merged: 20, Superseded: 20, Rejected: 100 } as const;
type Ending = keyof typeof KEPT;

/**
 * The promotions to one environment that nothing needs any more. Never one that is open, and none of what the environment runs, wants or is
 * pinned to: its record is what let that through. Pure; `target` is absent where the environment is gone, and may come back.
 */
export function collectable(
  promotions: readonly Promotion[],
  target: Environment | undefined,
): readonly Promotion[] {
  const ended: Record<Ending, Promotion[]> = { Merged: [], Superseded: [], Rejected: [] };
  for (const promotion of promotions) {
    const ending = endingOf(promotion);
    if (ending && !isInUse(promotion, target)) ended[ending].push(promotion);
  }
  return Object.entries(KEPT).flatMap(([ending, kept]) =>
    ended[ending as Ending].sort(newestFirst).slice(kept),
  );
}

function endingOf({ spec, status }: Promotion): Ending | undefined {
  if (status?.rejectedBy !== undefined || spec.rejected) return 'Rejected';
  const { phase } = status ?? {};
  return phase === 'Merged' || phase === 'Superseded' ? phase : undefined;
}

function isInUse({ spec, status }: Promotion, target: Environment | undefined): boolean {
  const { wantedRevision, deployedRevision, deployedTree } = target?.status ?? {};
  const inUse = [wantedRevision, deployedRevision, target?.spec.pin?.revision].filter(
    (oid) => oid !== undefined,
  );
  return (
    inUse.includes(spec.revision) ||
    (status?.mergeCommit !== undefined && inUse.includes(status.mergeCommit)) ||
    spec.tree === deployedTree
  );
}

const newestFirst = (a: Promotion, b: Promotion): number =>
  compare(endedAt(b), endedAt(a)) || compare(a.metadata.name ?? '', b.metadata.name ?? '');

/** RFC 3339, so that the order of the text is that of time. A rejection may be written down long after it, and once more after its collection. */
const endedAt = ({ metadata, status }: Promotion): string =>
  status?.rejectedAt ?? status?.mergedAt ?? metadata.creationTimestamp ?? '';

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Deletes them as they were seen: one that somebody has approved or reopened meanwhile stays. */
export async function collect(home: KubeClient, promotions: readonly Promotion[]): Promise<void> {
  for (const { metadata } of promotions) {
    const { name = '', uid, resourceVersion } = metadata;
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    await home
      .delete(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE, name }, { preconditions })
      .catch((error: unknown) => {
        if (!isNotFound(error) && !isConflict(error)) throw error;
      });
  }
}
