import type { Endpoint, EndpointSlice, Service } from '../../../kube/kinds/objects.data.ts';
import { namespacePrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import type { World } from './kind.ts';

/** The label of an EndpointSlice that names its Service. */
export const SERVICE_NAME = 'kubernetes.io/service-name';

export function slicesOf(store: Pick<Store, 'list'>, { metadata }: Service): readonly EndpointSlice[] {
  return store
    .list(namespacePrefix('discovery.k8s.io', 'endpointslices', metadata.namespace ?? ''))
    .map(({ object }) => object as EndpointSlice)
    .filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === metadata.name);
}

/** An endpoint that says nothing of it is. */
export const isReady = ({ conditions }: Endpoint): boolean => conditions?.ready !== false;

/** What is behind a port of a Service now, and ready; ports are told apart by their names (apiserver `pkg/util/proxy` ResolveEndpoint). */
export function readyEndpoints(
  store: Pick<Store, 'list'>,
  service: Service,
  portName: string,
): readonly { readonly endpoint: Endpoint; readonly port: number }[] {
  return slicesOf(store, service).flatMap(({ endpoints, ports }) => {
    const port = ports?.find((one) => (one.name ?? '') === portName)?.port;
    if (port === undefined) return [];
    return (endpoints ?? []).filter(isReady).map((endpoint) => ({ endpoint, port }));
  });
}

export const noEndpoints = (service = ''): string => `no endpoints available for service "${service}"`;
export const noPort = (port: string, service = ''): string =>
  `no service port ${port} found for service "${service}"`;

/** A port of a Service. */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * What is behind the Service and ready, or why there is nothing. Not its cluster IP, as kube-apiserver with `--enable-aggregator-routing`: a
 * node whose agent may not bind a port below 1024 serves the Service at another one, which only clients on that node learn.
 */
export function addressesOf(
  store: Pick<Store, 'get' | 'list'>,
  { namespace, name, port }: ServicePort,
): readonly Address[] | string {
  const found = store.get(`${namespacePrefix('', 'services', namespace)}${name}`)?.object;
  if (!found) return `service "${name}" not found`;
  const service = found as Service;
  const servicePort = service.spec.ports?.find((one) => one.port === port);
  if (!servicePort) return noPort(String(port), name);
  const addresses = readyEndpoints(store, service, servicePort.name ?? '').flatMap(({ endpoint, port }) =>
    endpoint.addresses.slice(0, 1).map((host) => ({ host, port })),
  );
  return addresses.length === 0 ? noEndpoints(name) : addresses;
}

/** One of them. */
export function endpointOf(
  { store, random }: Pick<World, 'store' | 'random'>,
  service: ServicePort,
): Address | string {
  const addresses = addressesOf(store, service);
  return typeof addresses === 'string'
    ? addresses
    : (addresses[random(addresses.length)] ?? noEndpoints(service.name));
}
