import { type Clock, rfc3339 } from '../../../../base/clock.ts';
import { problemOf } from '../../../../base/errors.ts';
import type { Logger } from '../../../../base/log.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { GATEWAY_CLASSES, GATEWAYS, HTTP_ROUTES } from '../../../../kube/kinds/gateways/objects.ts';
import type { JsonObject, KubeObject, Resource } from '../../../../kube/values/types.ts';
import type { JudgedGateways } from './compile.ts';
import { isFine, type Said } from './objects.ts';
import { classStatus, gatewayStatus, type Reached, routeStatus } from './status.ts';

export interface GatewayReportOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Writes what is to be said of each object that does not say it yet. False: some could not be written. `fineAlone`: only of those with which
 * nothing is amiss, as what is missing may be on its way.
 */
export async function reportGateways(
  { classes, gateways, routes }: JudgedGateways,
  {
    client,
    clock,
    logger,
    ...given
  }: GatewayReportOptions & Pick<Reached, 'address'> & { readonly fineAlone: boolean },
): Promise<boolean> {
  const reached = { address: given.address, now: rfc3339(clock.now()) };
  const isDue = (...conditions: readonly (readonly Said[])[]) =>
    !given.fineAlone || conditions.flat().every(isFine);
  async function write(resource: Resource<KubeObject>, { metadata }: KubeObject, status: object | undefined) {
    if (status === undefined) return true;
    const { namespace, name = '', resourceVersion } = metadata;
    // Lists are replaced as a whole: nobody may have written one meanwhile.
    const body = { metadata: { resourceVersion }, status } as unknown as JsonObject;
    try {
      const options = { subresource: 'status', fieldManager: 'pilotage-agent' };
      await client.patch(
        resource,
        { ...(namespace ? { namespace } : {}), name },
        { type: 'merge', body },
        options,
      );
      return true;
    } catch (error) {
      const { message } = problemOf(error);
      logger.debug({ kind: resource.kind, namespace, name, error: message }, 'cannot write the status');
      return false;
    }
  }
  const written: boolean[] = [];
  for (const one of classes)
    if (isDue(one.conditions))
      written.push(await write(GATEWAY_CLASSES, one.gatewayClass, classStatus(one, reached)));
  for (const one of gateways)
    if (isDue(one.conditions, ...one.listeners.map(({ conditions }) => conditions)))
      written.push(await write(GATEWAYS, one.gateway, gatewayStatus(one, reached)));
  for (const one of routes)
    if (isDue(...one.parents.map(({ conditions }) => conditions)))
      written.push(await write(HTTP_ROUTES, one.route, routeStatus(one, reached)));
  return !written.includes(false);
}
