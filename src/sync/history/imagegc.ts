import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { PODS } from '../../kube/kinds/resources.data.ts';
import { PILOTAGE_NAMESPACE, RELEASES, type Release } from '../../model/types.ts';

/** An image of the process runtime, as its store lists it. */
export interface KeptImage {
  readonly reference: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface ImageCollection {
  readonly home: KubeClient;
  readonly images: {
    list(): Promise<readonly KeptImage[]>;
    remove(reference: string): Promise<void>;
  };
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

/** `shop/web:<12 digits of the tree>[-<8 of the build command>]`: what `images/store.ts` names. */
const BUILT = /^[^:]+:[0-9a-f]{12}(-[0-9a-f]{8})?$/;

/** One turn: removes what nothing needs. */
export async function collectImages({ home, images, clock, logger }: ImageCollection): Promise<void> {
  const [kept, releases, pods] = await Promise.all([
    images.list(),
    home.list(RELEASES, { namespace: PILOTAGE_NAMESPACE }),
    home.list(PODS),
  ]);
  for (const reference of unusedImages(kept, releases.items, pods.items, clock.now())) {
    await images.remove(reference);
    logger.info({ image: reference }, 'image removed: no release and no pod needs it');
  }
}
