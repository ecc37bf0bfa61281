import {
  GATEWAY_CONTROLLER,
  type Gateway,
  type GatewayClass,
  type HTTPRoute,
  type ParentReference,
} from '../../../../kube/kinds/gateways/objects.ts';
import type { Secret } from '../../../../kube/kinds/objects.data.ts';
import { oldestFirst } from '../../../../kube/values/age.ts';
import { type Claimant, voiceOf } from '../hosts.ts';
import type { Find } from '../rules.ts';
import { type Attachment, attach, isGatewayRef } from './attach.ts';
import { type JudgedListener, judgeListener } from './listeners.ts';
import type { GatewayObjects } from './objects.ts';

export interface JoinedGateway {
  readonly gateway: Gateway;
  readonly listeners: readonly JudgedListener[];
}

export interface JoinedParent extends Attachment {
  readonly parentRef: ParentReference;
  readonly gateway: Gateway;
}

export interface JoinedRoute {
  readonly route: HTTPRoute;
  /** One for each Gateway of ours that it names, in its order. */
  readonly parents: readonly JoinedParent[];
}

/** What is ours of the Gateway API, each kind with the oldest first, before it is known whose the hosts are. */
export interface JoinedGateways {
  readonly classes: readonly GatewayClass[];
  readonly gateways: readonly JoinedGateway[];
  /** Every route. */
  readonly routes: readonly JoinedRoute[];
}

/** Judges the listeners of Gateways of our classes, and attaches routes to them. */
export function joinGateways(
  { classes, gateways, routes, grants, namespaces }: GatewayObjects,
  secret: Find<Secret>,
): JoinedGateways {
  const ourClasses = classes.filter(({ spec }) => spec.controllerName === GATEWAY_CONTROLLER);
  const classNames = new Set(ourClasses.map(({ metadata }) => metadata.name));
  const ours = gateways
    .filter(({ spec }) => classNames.has(spec.gatewayClassName))
    .sort(oldestFirst)
    .map((gateway) => ({
      gateway,
      listeners: gateway.spec.listeners.map((one) => judgeListener(gateway, one, { secret, grants })),
    }));
  const byKey = new Map(ours.map((one) => [keyOf(one.gateway), one]));
  const labels = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  return {
    classes: ourClasses,
    gateways: ours,
    routes: [...routes].sort(oldestFirst).map((route) => ({
      route,
      parents: (route.spec.parentRefs ?? []).filter(isGatewayRef).flatMap((parentRef): JoinedParent[] => {
        const { namespace = route.metadata.namespace ?? '', name } = parentRef;
        const found = byKey.get(`${namespace}/${name}`);
        if (!found) return [];
        const { gateway, listeners } = found;
        const attachment = attach(route, parentRef, gateway, listeners, (one) => labels.get(one) ?? {});
        return [{ parentRef, gateway, ...attachment }];
      }),
    })),
  };
}

/** A host of a route belongs to the namespace of its Gateway, which says who may have routes there. */
export const claimantsOf = ({ routes }: JoinedGateways): readonly Claimant[] =>
  routes.flatMap(({ route, parents }) =>
    parents.map(({ gateway, listeners }) => ({
      object: { ...route, kind: 'HTTPRoute' },
      hosts: [...new Set(listeners.flatMap(({ hosts }) => hosts))],
      voices: [voiceOf(gateway), voiceOf(route)],
    })),
  );

export const keyOf = ({ metadata }: Gateway | HTTPRoute): string => `${metadata.namespace}/${metadata.name}`;
