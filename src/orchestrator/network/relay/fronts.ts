import type { View } from '../dns/answer.ts';
import type { Zone } from '../dns/zone.ts';
import { type Backend, type Route, type RoutingTable, routeKey } from '../route.ts';
import type { RelayFront } from './protocol.ts';
import { isLoopback } from './ranges.ts';

/** What stands behind a front: a port of a Service, or one pod. */
export type Behind =
  | ({ readonly type: 'route' } & Pick<Route, 'namespace' | 'service' | 'portName'>)
  | { readonly type: 'pod'; readonly backend: Backend };

/**
 * Where the relay listens: for every port of every Service, and for each pod of processes of a headless one, which containers reach by its name. By
 * the ids of the fronts.
 */
export function relayFronts(
  table: RoutingTable,
  zone: Zone,
  view: View,
): ReadonlyMap<string, { readonly front: RelayFront; readonly behind: Behind }> {
  const found = new Map<string, { front: RelayFront; behind: Behind }>();
  const add = (
    id: string,
    address: string,
    { port, protocol }: Pick<RelayFront, 'port' | 'protocol'>,
    behind: Behind,
  ) => {
    const host = view.shown(address);
    const front = { id, port, ...(protocol ? { protocol } : {}) };
    if (host !== undefined) found.set(id, { front: { ...front, host }, behind });
  };
  for (const route of table.values()) {
    const { namespace, service, portName, clusterIP } = route;
    const behind = { type: 'route', namespace, service, portName } as const;
    if (clusterIP) add(`service ${routeKey(route)}`, clusterIP, route, behind);
  }
  for (const { endpoints } of Object.values(zone.services))
    for (const { address, ports, podUid } of endpoints.filter((one) => isLoopback(one.address)))
      for (const { port, protocol } of ports)
        if (protocol === 'tcp' || protocol === 'udp') {
          const udp = protocol === 'udp' ? { protocol: 'UDP' as const } : {};
          const backend = { host: address, port, podUid, ...udp };
          add(`pod ${address}:${port}${udp.protocol ?? ''}`, address, backend, { type: 'pod', backend });
        }
  return found;
}
