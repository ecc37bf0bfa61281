import type { Address } from './address.ts';
import type { Binding, Front } from './listeners.ts';
import { type Route, type RoutingTable, routeKey } from './route.ts';

/** Ports that replaced those of a Service in an earlier run, by front: pods have them in their environment. */
export type Substitutes = Readonly<Record<string, Address>>;

export const clusterFront = (route: Pick<Route, 'namespace' | 'service' | 'portName'>): string =>
  `cluster ${routeKey(route)}`;
export const nodeFront = (route: Pick<Route, 'namespace' | 'service' | 'portName'>): string =>
  `node ${routeKey(route)}`;

/** What only this machine is to reach: a substitute stands for an address of loopback. */
const LOOPBACK = '127.0.0.1';

/**
 * The addresses that a table needs. `nodeHost` is where node ports listen; undefined: this node has none. `isBesideFirst`: another node of
 * the cluster is in the same network, and has the addresses themselves, whoever of the two starts first.
 */
export function frontsOf(
  table: RoutingTable,
  nodeHost: string | undefined,
  known: Substitutes,
  isBesideFirst = false,
): readonly Front[] {
  return [...table.values()].flatMap((route) => {
    const fronts: Front[] = [];
    const key = routeKey(route);
    const { clusterIP, nodePort, protocol } = route;
    const carried = protocol ? { protocol } : {};
    if (clusterIP) {
      const id = clusterFront(route);
      const before = known[id];
      fronts.push({
        id,
        route: key,
        host: clusterIP,
        port: route.port,
        ...carried,
        ...(isBesideFirst ? { isTaken: true } : {}),
        // The last one for systems whose loopback interface has one address only.
        substitutes: [...(before ? [before] : []), { host: clusterIP, port: 0 }, { host: LOOPBACK, port: 0 }],
      });
    }
    // A node port has no substitute: clients would not find it.
    if (nodePort && nodeHost !== undefined)
      fronts.push({
        id: nodeFront(route),
        route: key,
        host: nodeHost,
        port: nodePort,
        ...carried,
        substitutes: [],
      });
    return fronts;
  });
}

/** The address at which one port of a Service can actually be reached from this node. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  /** The port that the Service names. */
  readonly servicePort: number;
  /** Absent: TCP. */
  readonly protocol?: 'UDP';
  readonly host: string;
  readonly port: number;
}

export function addressesOf(
  table: RoutingTable,
  binding: (id: string) => Binding | undefined,
): readonly ServiceAddress[] {
  return [...table.values()].flatMap((route) => {
    const bound = binding(clusterFront(route));
    if (!bound || bound.state === 'failed') return [];
    const { namespace, service, portName, port: servicePort, protocol } = route;
    const port = { namespace, service, portName, servicePort, ...(protocol ? { protocol } : {}) };
    return [{ ...port, ...bound.address }];
  });
}
