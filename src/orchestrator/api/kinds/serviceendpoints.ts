import type { Endpoint, EndpointSlice, Service } from '../../../kube/kinds/objects.data.ts';
import { namespacePrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** What is behind a port of a Service now, and ready; ports are told apart by their names (apiserver `pkg/util/proxy` ResolveEndpoint). */
export function readyEndpoints(
  store: Pick<Store, 'list'>,
  { metadata }: Service,
  portName: string,
): readonly { readonly endpoint: Endpoint; readonly port: number }[] {
  return store
    .list(namespacePrefix('discovery.k8s.io', 'endpointslices', metadata.namespace ?? ''))
    .map(({ object }) => object as EndpointSlice)
    .filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === metadata.name)
    .flatMap(({ endpoints, ports }) => {
      const port = ports?.find((one) => (one.name ?? '') === portName)?.port;
      if (port === undefined) return [];
      const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
      return ready.map((endpoint) => ({ endpoint, port }));
    });
}

export const noEndpoints = (service = ''): string => `no endpoints available for service "${service}"`;
export const noPort = (port: string, service = ''): string =>
  `no service port ${port} found for service "${service}"`;
