import type { Again } from '../../../base/queue.ts';
import { byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import type { ControllerContext } from '../context.ts';
import { CONTROLLER_NAME, decideSlices } from './decide.ts';
import { selects } from './selects.ts';
import { slicesManagedBy } from './slices.ts';
import { writeSlices } from './write.ts';

const sliceKeys = slicesManagedBy(CONTROLLER_NAME);

export function createEndpointSliceController(context: ControllerContext): Controller {
  const { client, clock, logger, informers } = context;
  const { services, slices, pods } = informers;
  const servicesIn = services.index(byNamespace);
  const podsIn = pods.index(byNamespace);
  const slicesOf = slices.index(sliceKeys);

  const keysOfPod = (pod: Pod): readonly string[] =>
    servicesIn(pod.metadata.namespace ?? '')
      .filter((service) => selects(service, pod))
      .map((service) => keyOf(service.metadata));

  async function reconcile(key: string): Promise<Again> {
    const service = services.get(splitKey(key));
    // Without a selector another client maintains the slices; slices of a deleted Service are garbage collected.
    if (!service?.spec.selector || service.spec.type === 'ExternalName') return undefined;
    const chosen = podsIn(service.metadata.namespace ?? '').filter((pod) => selects(service, pod));
    await writeSlices(client, decideSlices(service, chosen, slicesOf(key)));
    return undefined;
  }

  return createController({
    name: 'endpointslice',
    clock,
    logger,
    watches: [
      watch(services, (service) => [keyOf(service.metadata)]),
      watch(pods, keysOfPod),
      watch(slices, sliceKeys),
    ],
    reconcile,
    // The usual failure here is a cache that is one write behind, and traffic waits for the next attempt.
    baseDelayMs: 5,
  });
}
