import type { Again } from '../../../base/queue.ts';
import { keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { EndpointSlice, Pod, Service } from '../../../kube/kinds/objects.data.ts';
import { ENDPOINT_SLICES } from '../../../kube/kinds/resources.data.ts';
import { isNamespaceTerminating, isNotFound } from '../../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { CONTROLLER_NAME, decideSlices, MANAGED_BY, SERVICE_NAME, type SliceAction } from './decide.ts';

export function createEndpointSliceController(context: ControllerContext): Controller {
  const { client, clock, logger, informers } = context;
  const { services, slices, pods } = informers;
  const servicesIn = services.index((service) => [service.metadata.namespace ?? '']);
  const podsIn = pods.index((pod) => [pod.metadata.namespace ?? '']);
  const slicesOf = slices.index((slice) => [...sliceKeys(slice)]);

  const keysOfPod = (pod: Pod): readonly string[] =>
    servicesIn(pod.metadata.namespace ?? '')
      .filter((service) => selects(service, pod))
      .map((service) => keyOf(service.metadata));

  async function reconcile(key: string): Promise<Again> {
    const service = services.get(splitKey(key));
    // Without a selector another client maintains the slices; slices of a deleted Service are garbage collected.
    if (!service?.spec.selector || service.spec.type === 'ExternalName') return undefined;
    const chosen = podsIn(service.metadata.namespace ?? '').filter((pod) => selects(service, pod));
    for (const action of decideSlices(service, chosen, slicesOf(key))) await act(action);
    return undefined;
  }

  async function act({ type, slice }: SliceAction): Promise<void> {
    const { namespace = '', name = '' } = slice.metadata;
    try {
      if (type === 'create') {
        await client.create(ENDPOINT_SLICES, slice, { namespace, fieldManager: MANAGER });
      } else if (type === 'update') {
        await client.update(ENDPOINT_SLICES, slice, { fieldManager: MANAGER });
      } else await client.delete(ENDPOINT_SLICES, { namespace, name });
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      if (type !== 'delete' || !isNotFound(error)) throw error;
    }
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

function selects(service: Service, pod: Pod): boolean {
  const wanted = Object.entries(service.spec.selector ?? {});
  const labels = pod.metadata.labels ?? {};
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

function sliceKeys({ metadata: { labels = {}, namespace = '' } }: EndpointSlice): readonly string[] {
  const service = labels[SERVICE_NAME];
  return service !== undefined && labels[MANAGED_BY] === CONTROLLER_NAME ? [`${namespace}/${service}`] : [];
}
