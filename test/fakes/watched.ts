import type { Clock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { createInformer } from '../../src/kube/client/informer.ts';
import { advancedInformer, type Watched } from '../../src/model/advancedclient.ts';
import { DELIVERIES, ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';

/** The deliveries and environments of a home, as sync watches them for all. */
export function watchedIn(client: KubeClient, clock: Clock): Watched {
  const common = { client, clock, logger: silentLogger, namespace: PILOTAGE_NAMESPACE };
  const deliveries = createInformer({ ...common, resource: DELIVERIES });
  const environments = createInformer({ ...common, resource: ENVIRONMENTS });
  return { deliveries, environments: advancedInformer(environments, deliveries) };
}
