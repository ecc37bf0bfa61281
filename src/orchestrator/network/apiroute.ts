import type { Address } from './address.ts';
import { type Route, type RoutingTable, routeKey } from './route.ts';

/** The Service of the API itself, in every cluster. */
export const API: Pick<Route, 'namespace' | 'service' | 'portName'> = {
  namespace: 'default',
  service: 'kubernetes',
  portName: 'https',
};

/** The table with the API where this machine reaches it, which its Endpoints may say for another machine: loopback, say. */
export function withApi(table: RoutingTable, api: Address | undefined): RoutingTable {
  const key = routeKey(API);
  const found = table.get(key);
  if (!api || !found) return table;
  return new Map([...table, [key, { ...found, ready: [{ ...api, podUid: '' }], terminating: [] }]]);
}
