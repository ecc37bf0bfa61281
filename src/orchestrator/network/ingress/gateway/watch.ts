import type { Clock } from '../../../../base/clock.ts';
import type { Logger } from '../../../../base/log.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { createInformer } from '../../../../kube/client/informer.ts';
import {
  GATEWAY_CLASSES,
  GATEWAYS,
  HTTP_ROUTES,
  REFERENCE_GRANTS,
} from '../../../../kube/kinds/gateways/objects.ts';
import { NAMESPACES } from '../../../../kube/kinds/resources.data.ts';
import { isNotFound, StatusError } from '../../../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../../../kube/values/types.ts';
import { type GatewayObjects, NO_GATEWAYS } from './objects.ts';

export interface WatchedGateways {
  /** `saved`: what there was before this process. */
  start(signal: AbortSignal, saved: GatewayObjects | undefined): void;
  /** It is known of each kind what there is, or that the API cannot say it now. */
  readonly isKnown: boolean;
  list(): GatewayObjects;
}

export interface WatchedGatewaysOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
}

/**
 * The kinds of the Gateway API are custom resources: a cluster may be without them, and get them later. One that the API refuses or fails to list
 * (without permission, or while a conversion webhook is down) holds nothing else up: what was saved of it counts until it can be listed.
 */
export function watchGateways(options: WatchedGatewaysOptions): WatchedGateways {
  const classes = watchKind(GATEWAY_CLASSES, options);
  const gateways = watchKind(GATEWAYS, options);
  const routes = watchKind(HTTP_ROUTES, options);
  const grants = watchKind(REFERENCE_GRANTS, options);
  const namespaces = watchKind(NAMESPACES, options);
  return {
    start(outer, saved = NO_GATEWAYS) {
      // One listener of theirs on a signal that many have.
      const signal = AbortSignal.any([outer]);
      classes.start(signal, saved.classes);
      gateways.start(signal, saved.gateways);
      routes.start(signal, saved.routes);
      grants.start(signal, saved.grants);
      namespaces.start(signal, saved.namespaces);
    },
    get isKnown() {
      return [classes, gateways, routes, grants, namespaces].every((one) => one.isKnown);
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

function watchKind<T extends KubeObject>(
  resource: Resource<T>,
  { client, clock, logger, onChange }: WatchedGatewaysOptions,
) {
  let answer: 'none yet' | 'absent' | 'refused' = 'none yet';
  let saved: readonly T[] = [];
  const informer = createInformer({
    client,
    resource,
    clock,
    logger,
    onFailure(error) {
      // One that has been listed once holds what was last known. Without an answer the API is away, and nothing is known of any kind.
      if (informer.isSynced || !(error instanceof StatusError)) return;
      const now = isNotFound(error) ? 'absent' : 'refused';
      if (now === answer) return;
      answer = now;
      if (now === 'absent') saved = [];
      else
        logger.warn(
          { error: error.message },
          `${resource.plural} cannot be listed: the ingress goes on with those that it knew`,
        );
      onChange();
    },
  });
  informer.listen({ add: onChange, update: onChange, delete: onChange });
  informer.synced.then(onChange, () => {});
  return {
    start(signal: AbortSignal, before: readonly T[]): void {
      saved = before;
      informer.start(signal);
    },
    get isKnown(): boolean {
      return informer.isSynced || answer !== 'none yet';
    },
    list: (): readonly T[] => (informer.isSynced ? informer.list() : saved),
  };
}
