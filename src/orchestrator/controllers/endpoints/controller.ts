import type { Again } from '../../../base/queue.ts';
import { byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { ENDPOINTS } from '../../../kube/kinds/resources.data.ts';
import { isNamespaceTerminating, isNotFound } from '../../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { selects } from '../endpointslice/selects.ts';
import { endpointsOf, MANAGED_BY } from './decide.ts';

/** Keeps the Endpoints of each Service with a selector, for clients that do not read EndpointSlices. */
export function createEndpointsController(context: ControllerContext): Controller {
  const { client, clock, logger, informers } = context;
  const { services, pods, endpoints } = informers;
  const servicesIn = services.index(byNamespace);
  const podsIn = pods.index(byNamespace);

  const keysOfPod = (pod: Pod): readonly string[] =>
    servicesIn(pod.metadata.namespace ?? '')
      .filter((service) => selects(service, pod))
      .map((service) => keyOf(service.metadata));

  async function reconcile(key: string): Promise<Again> {
    const place = splitKey(key);
    const service = services.get(place);
    const current = endpoints.get(place);
    if (!service) {
      const isOurs = current?.metadata.labels?.[MANAGED_BY] !== undefined;
      if (isOurs) await client.delete(ENDPOINTS, place).catch(ignoreNotFound);
      return undefined;
    }
    // Without a selector another client keeps them.
    if (!service.spec.selector || service.spec.type === 'ExternalName') return undefined;
    if (service.metadata.deletionTimestamp !== undefined) return undefined;
    const { namespace = '' } = service.metadata;
    const chosen = podsIn(namespace).filter((pod) => selects(service, pod));
    const wanted = endpointsOf(service, chosen, current);
    if (wanted === current) return undefined;
    try {
      if (current) await client.update(ENDPOINTS, wanted, { fieldManager: MANAGER });
      else await client.create(ENDPOINTS, wanted, { namespace, fieldManager: MANAGER });
    } catch (error) {
      if (!isNamespaceTerminating(error)) throw error;
    }
    return undefined;
  }

  return createController({
    name: 'endpoints',
    clock,
    logger,
    watches: [
      watch(services, (service) => [keyOf(service.metadata)]),
      watch(pods, keysOfPod),
      watch(endpoints, ({ metadata }) => [keyOf(metadata)]),
    ],
    reconcile,
    // As in the controller of EndpointSlices: the usual failure is a cache that is one write behind.
    baseDelayMs: 5,
  });
}

function ignoreNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
