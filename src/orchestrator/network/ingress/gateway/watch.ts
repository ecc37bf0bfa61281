import type { Clock } from '../../../../base/clock.ts';
import type { Logger } from '../../../../base/log.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { createInformer, type Informer } from '../../../../kube/client/informer.ts';
import {
  GATEWAY_CLASSES,
  GATEWAYS,
  HTTP_ROUTES,
  REFERENCE_GRANTS,
} from '../../../../kube/kinds/gateways/objects.ts';
import { NAMESPACES } from '../../../../kube/kinds/resources.data.ts';
import { isNotFound } from '../../../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../../../kube/values/types.ts';
import type { GatewayObjects } from './objects.ts';

export interface WatchedGateways {
  start(signal: AbortSignal): void;
  /** It is known of each kind what there is, or that the cluster does not serve it. */
  readonly isKnown: boolean;
  list(): GatewayObjects;
}

export interface WatchedGatewaysOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
}

/** The kinds of the Gateway API are custom resources: a cluster may be without them, and get them later. */
export function watchGateways({ client, clock, logger, onChange }: WatchedGatewaysOptions): WatchedGateways {
  const absent = new Set<unknown>();
  const watch = <T extends KubeObject>(resource: Resource<T>): Informer<T> => {
    const informer: Informer<T> = createInformer({
      client,
      resource,
      clock,
      logger,
      onFailure: (error) => {
        if (!isNotFound(error) || absent.has(informer)) return;
        absent.add(informer);
        onChange();
      },
    });
    informer.listen({ add: onChange, update: onChange, delete: onChange });
    informer.synced.then(onChange, () => {});
    return informer;
  };
  const classes = watch(GATEWAY_CLASSES);
  const gateways = watch(GATEWAYS);
  const routes = watch(HTTP_ROUTES);
  const grants = watch(REFERENCE_GRANTS);
  const namespaces = watch(NAMESPACES);
  const all = [classes, gateways, routes, grants, namespaces];
  return {
    start(outer) {
      // One listener of theirs on a signal that many have.
      const signal = AbortSignal.any([outer]);
      for (const informer of all) informer.start(signal);
    },
    get isKnown() {
      return all.every((informer) => informer.isSynced || absent.has(informer));
    },
    list: () => ({
      classes: classes.list(),
      gateways: gateways.list(),
      routes: routes.list(),
      grants: grants.list(),
      namespaces: namespaces.list(),
    }),
  };
}
