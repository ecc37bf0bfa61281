import type { Clock } from '../../base/clock.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { PODS } from '../../kube/kinds/resources.data.ts';
import { PILOTAGE_NAMESPACE, RELEASES, type Release } from '../../model/types.ts';

/** An image, as whoever keeps it lists it. */
export interface KeptImage {
  readonly reference: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Keeps images: directories of the process runtime, or those of an engine. */
export interface ImageKeeper {
  list(): Promise<readonly KeptImage[]>;
  /** Rejects where it is in use after all. */
  remove(reference: string): Promise<void>;
}

export interface ImageCollection {
  readonly home: KubeClient;
  readonly stores: readonly ImageKeeper[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What was just built may not be in a Release yet. */
const YOUNG_MS = 24 * 3_600_000;

/**
 * The images that nothing needs any more. A Release keeps its images, so whatever the history can roll back to stays;
 * a pod keeps the one that it runs. Only tags of our own making are touched: what a person imported is theirs.
 */
export function unusedImages(
  images: readonly KeptImage[],
  releases: readonly Pick<Release, 'spec'>[],
  pods: readonly Pick<Pod, 'spec'>[],
  now: number,
): readonly string[] {
  const used = new Set([
    ...releases.flatMap(({ spec }) => Object.values(spec.images ?? {})),
    ...pods.flatMap(({ spec }) =>
      [...spec.containers, ...(spec.initContainers ?? [])].map(({ image = '' }) => image),
    ),
  ]);
  return images
    .filter(
      ({ reference, createdAt }) =>
        BUILT.test(reference) && !used.has(reference) && now - createdAt >= YOUNG_MS,
    )
    .map(({ reference }) => reference);
}

/** `shop/web:<12 digits of the tree>[-<8 of the build command>]` or `localhost/shop/web:<40 digits>`: what `sync/source` names. */
const BUILT = /^[^:]+:([0-9a-f]{12}(-[0-9a-f]{8})?|[0-9a-f]{40})$/;

/** One turn: removes what nothing needs. What cannot be removed is left to the next turn. */
export async function collectImages({ home, stores, clock, logger }: ImageCollection): Promise<void> {
  const [releases, pods] = await Promise.all([
    home.list(RELEASES, { namespace: PILOTAGE_NAMESPACE }),
    home.list(PODS),
  ]);
  for (const store of stores) {
    const kept = await store.list().catch((error: unknown) => {
      logger.warn({ error: problemOf(error).message }, 'images cannot be listed now');
      return [];
    });
    for (const image of unusedImages(kept, releases.items, pods.items, clock.now())) {
      try {
        await store.remove(image);
        logger.info({ image }, 'image removed: no release and no pod needs it');
      } catch (error) {
        logger.warn(
          { image, error: problemOf(error).message },
          'an image that nothing needs cannot be removed now',
        );
      }
    }
  }
}
