import { type Route, type RoutingTable, routeKey } from './route.ts';

/** The Service of the API itself, in every cluster. */
export const API: Pick<Route, 'namespace' | 'service' | 'portName'> = {
  namespace: 'default',
  service: 'kubernetes',
  portName: 'https',
};

/** Where this machine reaches the API server, which its Endpoints may say for another machine: loopback, say. */
export interface ApiAddress {
  readonly host: string;
  readonly port: number;
}

/** The table with the API where this machine reaches it. */
export function withApi(table: RoutingTable, api: ApiAddress | undefined): RoutingTable {
  const key = routeKey(API);
  const found = table.get(key);
  if (!api || !found) return table;
  return new Map([...table, [key, { ...found, ready: [{ ...api, podUid: '' }], terminating: [] }]]);
}
