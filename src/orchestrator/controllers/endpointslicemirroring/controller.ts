import type { Again } from '../../../base/queue.ts';
import { keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { ControllerContext } from '../context.ts';
import { slicesManagedBy } from '../endpointslice/slices.ts';
import { writeSlices } from '../endpointslice/write.ts';
import { CONTROLLER_NAME, decideMirror, isMirrored } from './decide.ts';

const sliceKeys = slicesManagedBy(CONTROLLER_NAME);

/** What somebody writes as Endpoints of a Service without selector, as EndpointSlices: routing reads these only (KEP-0752). */
export function createEndpointSliceMirroringController(context: ControllerContext): Controller {
  const { client, clock, logger, informers } = context;
  const { services, endpoints, slices } = informers;
  const slicesOf = slices.index(sliceKeys);

  async function reconcile(key: string): Promise<Again> {
    const service = services.get(splitKey(key));
    const source = endpoints.get(splitKey(key));
    const isWanted = source && service && !service.spec.selector && isMirrored(source);
    await writeSlices(client, decideMirror(isWanted ? source : undefined, slicesOf(key)));
    return undefined;
  }

  return createController({
    name: 'endpointslicemirroring',
    clock,
    logger,
    watches: [
      watch(services, ({ metadata }) => [keyOf(metadata)]),
      watch(endpoints, ({ metadata }) => [keyOf(metadata)]),
      watch(slices, sliceKeys),
    ],
    reconcile,
    baseDelayMs: 5,
  });
}
