import type { BlobStore, StoredBlob } from '../../base/blobs.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { PILOTAGE_NAMESPACE, RELEASES, type Release } from '../../model/types.ts';

export interface BundleCollection {
  readonly home: KubeClient;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What was just used may not be in a Release yet, and a backup under way may copy it later than the Release that refers to it. */
const YOUNG_MS = 24 * 3_600_000;

/** The bundles that no release refers to any more. */
export function unusedBundles(
  blobs: readonly StoredBlob[],
  releases: readonly Pick<Release, 'spec'>[],
  now: number,
): readonly string[] {
  const used = new Set(releases.map(({ spec }) => spec.bundle));
  return blobs
    .filter(({ name, usedAt }) => !used.has(name) && now - usedAt >= YOUNG_MS)
    .map(({ name }) => name);
}

/** One turn: removes what no release refers to. */
export async function collectBundles({ home, blobs, clock, logger }: BundleCollection): Promise<void> {
  // The blobs first: one that is written meanwhile is not among them.
  const stored = await blobs.list();
  const releases = await home.list(RELEASES, { namespace: PILOTAGE_NAMESPACE });
  for (const name of unusedBundles(stored, releases.items, clock.now())) {
    await blobs.remove(name);
    logger.info({ bundle: name }, 'bundle removed: no release refers to it');
  }
}
