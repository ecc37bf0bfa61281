import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { environmentObjectName } from '../../model/names.ts';
import { PILOTAGE_NAMESPACE, PROMOTIONS, type Promotion } from '../../model/types.ts';
import type { PromotionCache } from '../options.ts';

export function createPromotionCache(options: {
  readonly home: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}): PromotionCache {
  const { home: client, clock, logger } = options;
  const informer = createInformer<Promotion>({
    client,
    clock,
    logger,
    resource: PROMOTIONS,
    namespace: PILOTAGE_NAMESPACE,
  });
  const byTarget = informer.index(({ spec }) => [environmentObjectName(spec.delivery, spec.to)]);
  return { informer, to: (name) => (informer.isSynced ? byTarget(name) : undefined) };
}
