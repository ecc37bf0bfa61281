import {
  type Condition,
  GATEWAY_CONTROLLER,
  GATEWAY_GROUP,
  type Gateway,
  type ListenerStatus,
  type RouteParentStatus,
} from '../../../../kube/kinds/gateways/objects.ts';
import { deepEqual } from '../../../../kube/values/equal.ts';
import type { JudgedGateway, JudgedGateways, JudgedRoute } from './compile.ts';
import type { Said } from './objects.ts';
import { unsaid } from './objects.ts';

export interface Reached {
  /** Where clients of this machine reach the ingress; undefined: it does not listen. */
  readonly address: string | undefined;
  /** RFC 3339. */
  readonly now: string;
}

/** The status that an object is to have, `undefined`: it has it. */
export function classStatus(
  { gatewayClass, conditions }: JudgedGateways['classes'][number],
  { now }: Reached,
) {
  const { generation, ...rest } = { generation: gatewayClass.metadata.generation, ...gatewayClass.status };
  return changed(gatewayClass.status, {
    ...rest,
    conditions: merged(rest.conditions, conditions, generation, now),
  });
}

export function gatewayStatus(
  { gateway, conditions, listeners }: JudgedGateway,
  reached: Reached,
): Gateway['status'] {
  const { address, now } = reached;
  const { status = {}, metadata } = gateway;
  const { generation } = metadata;
  const before = new Map((status.listeners ?? []).map((one) => [one.name, one]));
  return changed(status, {
    ...status,
    addresses: address === undefined ? [] : [{ type: 'IPAddress', value: address }],
    conditions: merged(status.conditions, addressed(gateway, conditions, address), generation, now),
    listeners: listeners.map(
      ({ listener, takesRoutes, attached, conditions: own }): ListenerStatus => ({
        name: listener.name,
        attachedRoutes: attached,
        supportedKinds: takesRoutes ? [{ group: GATEWAY_GROUP, kind: 'HTTPRoute' }] : [],
        conditions: merged(before.get(listener.name)?.conditions, own, generation, now),
      }),
    ),
  });
}

/** A Gateway is reached where the ingress listens and nowhere else. */
function addressed(
  { spec }: Gateway,
  conditions: readonly Said[],
  address: string | undefined,
): readonly Said[] {
  const [accepted, programmed] = conditions;
  const others = (spec.addresses ?? []).filter(({ value }) => value !== undefined && value !== address);
  if (!accepted || programmed?.status !== 'True') return conditions;
  if (address === undefined)
    return [accepted, unsaid('Programmed', 'AddressNotAssigned', 'the ingress does not listen now')];
  if (others.length > 0)
    return [
      accepted,
      unsaid(
        'Programmed',
        'AddressNotUsable',
        `the ingress listens on ${address} alone, not on ${others.map(({ value }) => value).join(', ')}`,
      ),
    ];
  return conditions;
}

/** What other controllers say of their Gateways stays. */
export function routeStatus({ route, parents }: JudgedRoute, { now }: Reached) {
  const { status = { parents: [] }, metadata } = route;
  const others = (status.parents ?? []).filter(({ controllerName }) => controllerName !== GATEWAY_CONTROLLER);
  const before = (status.parents ?? []).filter(({ controllerName }) => controllerName === GATEWAY_CONTROLLER);
  const ours = parents.map(
    ({ parentRef, conditions }): RouteParentStatus => ({
      parentRef,
      controllerName: GATEWAY_CONTROLLER,
      conditions: merged(
        before.find((one) => deepEqual(one.parentRef, parentRef))?.conditions,
        conditions,
        metadata.generation,
        now,
      ),
    }),
  );
  return changed(status, { parents: [...others, ...ours] });
}

const changed = <T>(before: T | undefined, after: T): T | undefined =>
  deepEqual(before, after) ? undefined : after;

/** A condition keeps its time until its status changes; those of other types are somebody else's. */
function merged(
  before: readonly Condition[] = [],
  conditions: readonly Said[],
  generation: number | undefined,
  now: string,
): readonly Condition[] {
  const ours = new Set([...conditions.map(({ type }) => type), 'PartiallyInvalid']);
  return [
    ...before.filter(({ type }) => !ours.has(type)),
    ...conditions.map((one): Condition => {
      const old = before.find(({ type }) => type === one.type);
      return {
        ...one,
        ...(generation === undefined ? {} : { observedGeneration: generation }),
        lastTransitionTime: old?.status === one.status ? old.lastTransitionTime : now,
      };
    }),
  ];
}
