import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../kube/kinds/objects.data.ts';
import type { Elsewhere, Neighbours } from './neighbours.ts';

/** One pod's port behind a Service. */
export interface Backend {
  readonly host: string;
  readonly port: number;
  /** '' where an endpoint names no pod. */
  readonly podUid: string;
  /** Absent: TCP. */
  readonly protocol?: 'UDP';
  /** Absent: on this node, as far as anybody knows. */
  readonly elsewhere?: Elsewhere;
}

/** One port of one Service: where it listens, and where connections go. Plain JSON: it is kept on disk. */
export interface Route {
  readonly namespace: string;
  readonly service: string;
  /** '' for the only port of a Service that names none. */
  readonly portName: string;
  readonly port: number;
  /** Absent: TCP. */
  readonly protocol?: 'UDP';
  readonly clusterIP?: string;
  readonly nodePort?: number;
  /** Connections of one client go to one backend while it exists. */
  readonly sticky: boolean;
  /** Backends for new connections, in a stable order. */
  readonly ready: readonly Backend[];
  /** Backends that terminate but still serve: used only while none is ready (KEP-1669). */
  readonly terminating: readonly Backend[];
}

/** By `namespace/service:port name`. */
export type RoutingTable = ReadonlyMap<string, Route>;

const SERVICE_NAME = 'kubernetes.io/service-name';

export const routeKey = (route: Pick<Route, 'namespace' | 'service' | 'portName'>): string =>
  `${route.namespace}/${route.service}:${route.portName}`;

/**
 * The table for Services and their EndpointSlices. `isReleased` is true for pods that are about to be stopped: they
 * count as terminating before the API says so.
 */
export function route(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  isReleased: (backend: Backend) => boolean = () => false,
  placeOf: Neighbours['placeOf'] = () => undefined,
): RoutingTable {
  const byService = slicesByService(slices);
  const routes = services.filter(hasPods).flatMap((service) => {
    const { namespace = '', name = '' } = service.metadata;
    const own = byService.get(`${namespace}/${name}`) ?? [];
    return (service.spec.ports ?? [])
      .filter(isCarried)
      .map((port) => routeOf(service, port, own, isReleased, placeOf));
  });
  return new Map(routes.map((one) => [routeKey(one), one]));
}

function slicesByService(slices: readonly EndpointSlice[]): ReadonlyMap<string, readonly EndpointSlice[]> {
  const groups = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const { namespace, name } = serviceOf(slice);
    const key = `${namespace}/${name}`;
    groups.set(key, [...(groups.get(key) ?? []), slice]);
  }
  return groups;
}

/** The Service that a slice belongs to. */
export const serviceOf = ({ metadata }: EndpointSlice): { namespace: string; name: string } => ({
  namespace: metadata.namespace ?? '',
  name: metadata.labels?.[SERVICE_NAME] ?? '',
});

export const isTcp = (port: ServicePort): boolean => (port.protocol ?? 'TCP') === 'TCP';
const udp = ({ protocol }: { readonly protocol?: string }): Pick<Route, 'protocol'> =>
  protocol === 'UDP' ? { protocol } : {};
export const isCarried = (port: ServicePort): boolean => isTcp(port) || port.protocol === 'UDP';

/** An external name has none; a headless Service has no address to listen on, and is asked for by its pods. */
const hasPods = ({ spec }: Service): boolean => spec.type !== 'ExternalName' && Boolean(spec.clusterIP);
const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';

function routeOf(
  service: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
  isReleased: (backend: Backend) => boolean,
  placeOf: Neighbours['placeOf'],
): Route {
  const ready = new Map<string, Backend>();
  const terminating = new Map<string, Backend>();
  for (const { backend, endpoint } of endpointsOf(slices, port, placeOf)) {
    const state = isReleased(backend) ? 'terminating' : stateOf(endpoint);
    // Networks of engines on two machines may have the same addresses.
    const key = `${backend.host}:${backend.port} ${backend.elsewhere?.far ? backend.elsewhere.node : ''}`;
    if (state === 'ready') ready.set(key, backend);
    else if (state === 'terminating') terminating.set(key, backend);
  }
  return {
    namespace: service.metadata.namespace ?? '',
    service: service.metadata.name ?? '',
    portName: port.name ?? '',
    port: port.port,
    ...udp(port),
    ...(service.spec.clusterIP && !isHeadless(service) ? { clusterIP: service.spec.clusterIP } : {}),
    ...(port.nodePort ? { nodePort: port.nodePort } : {}),
    sticky: service.spec.sessionAffinity === 'ClientIP',
    ready: [...ready.values()].sort(byAddress),
    terminating: [...terminating.values()].sort(byAddress),
  };
}

function endpointsOf(
  slices: readonly EndpointSlice[],
  { name: portName = '', ...wanted }: ServicePort,
  placeOf: Neighbours['placeOf'],
) {
  return slices.flatMap((slice) => {
    const number = slice.ports?.find((port) => (port.name ?? '') === portName)?.port;
    if (number === undefined || slice.addressType === 'FQDN') return [];
    return (slice.endpoints ?? []).flatMap((endpoint) => {
      const place = placeOf(endpoint);
      if (place === 'strange') return [];
      const elsewhere = place ? { elsewhere: place } : {};
      return endpoint.addresses.slice(0, 1).map((host) => ({
        endpoint,
        backend: { host, port: number, podUid: endpoint.targetRef?.uid ?? '', ...udp(wanted), ...elsewhere },
      }));
    });
  });
}

/** An absent condition means ready, an absent `serving` means the same as `ready` (discovery/v1 types.go). */
function stateOf({ conditions = {} }: Endpoint): 'ready' | 'terminating' | 'unusable' {
  const ready = conditions.ready ?? true;
  if (ready) return 'ready';
  return conditions.terminating && (conditions.serving ?? ready) ? 'terminating' : 'unusable';
}

const byAddress = (a: Backend, b: Backend): number =>
  a.host < b.host ? -1 : a.host > b.host ? 1 : a.port - b.port;

/**
 * The backends for one new connection, in the order in which they are to be tried. `cursor` counts the connections of the
 * route (round robin); a sticky route ranks by client instead, so that removing a backend moves only its own clients.
 */
export function choose(table: RoutingTable, key: string, cursor: number, client = ''): readonly Backend[] {
  const found = table.get(key);
  if (!found) return [];
  const order = (backends: readonly Backend[]) =>
    found.sticky ? ranked(backends, client) : rotated(backends, cursor);
  return [...order(found.ready), ...order(found.terminating)];
}

/** Whether flows of datagrams to this backend may go on: those that take no new ones may still serve. */
export function isBehind(table: RoutingTable, key: string, backend: Backend): boolean {
  const { ready = [], terminating = [] } = table.get(key) ?? {};
  return [...ready, ...terminating].some(
    ({ host, port, podUid }) => host === backend.host && port === backend.port && podUid === backend.podUid,
  );
}

function rotated(backends: readonly Backend[], cursor: number): readonly Backend[] {
  const start = backends.length === 0 ? 0 : cursor % backends.length;
  return [...backends.slice(start), ...backends.slice(0, start)];
}

/** Rendezvous hashing: every client has its own fixed order of preference. */
function ranked(backends: readonly Backend[], client: string): readonly Backend[] {
  return backends
    .map((backend) => ({ backend, weight: hash(`${client} ${backend.podUid} ${backend.host}`) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ backend }) => backend);
}

/** FNV-1a with a final mixing step, because its last bytes alone distribute badly. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** The table without released backends among the ready ones. */
export function withReleased(table: RoutingTable, isReleased: (backend: Backend) => boolean): RoutingTable {
  return new Map(
    [...table].map(([key, one]) => {
      const leaving = one.ready.filter(isReleased);
      if (leaving.length === 0) return [key, one];
      const ready = one.ready.filter((backend) => !leaving.includes(backend));
      return [key, { ...one, ready, terminating: [...one.terminating, ...leaving] }];
    }),
  );
}
