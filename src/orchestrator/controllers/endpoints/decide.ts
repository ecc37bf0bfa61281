import type {
  Endpoint,
  EndpointAddress,
  EndpointSubset,
  Endpoints,
  Pod,
  Service,
  SubsetPort,
} from '../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { type EndpointPorts, endpointGroups } from '../endpointslice/endpoints.ts';
import { HEADLESS } from '../endpointslice/labels.ts';

export const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const CONTROLLER_NAME = 'endpoint-controller';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
/** The most addresses of one object; readers that need more have EndpointSlices. */
const CAPACITY = 1_000;

/**
 * The Endpoints of a Service with a selector as they should be: `current` itself when nothing is to be written (Kubernetes
 * `pkg/controller/endpoint/endpoints_controller.go`).
 */
export function endpointsOf(
  service: Service,
  pods: readonly Pod[],
  current: Endpoints | undefined,
): Endpoints {
  const whole = subsetsOf(service, pods);
  const subsets = truncated(whole);
  const { [OVER_CAPACITY]: _, ...annotations } = current?.metadata.annotations ?? {};
  const { [HEADLESS]: __, ...labels } = service.metadata.labels ?? {};
  const isHeadless = service.spec.clusterIP === 'None' || !service.spec.clusterIP;
  const { name, namespace } = service.metadata;
  const allAnnotations = {
    ...annotations,
    ...(countOf(subsets) < countOf(whole) ? { [OVER_CAPACITY]: 'truncated' } : {}),
  };
  const { annotations: ___, ...metadata } = current?.metadata ?? {
    name: name ?? '',
    namespace: namespace ?? '',
  };
  const { subsets: ____, ...rest } = current ?? { apiVersion: 'v1', kind: 'Endpoints' };
  const wanted: Endpoints = {
    ...rest,
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...metadata,
      labels: { ...labels, ...(isHeadless ? { [HEADLESS]: '' } : {}), [MANAGED_BY]: CONTROLLER_NAME },
      ...(Object.keys(allAnnotations).length > 0 ? { annotations: allAnnotations } : {}),
    },
    ...(subsets.length > 0 ? { subsets } : {}),
  };
  return current && deepEqual(wanted, current) ? current : wanted;
}

function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const isHeadless = service.spec.clusterIP === 'None';
  const withTerminating = Boolean(service.spec.publishNotReadyAddresses);
  const hasPorts = (service.spec.ports ?? []).length > 0;
  return endpointGroups(service, pods)
    .filter(({ ports }) => ports.length > 0 || (isHeadless && !hasPorts))
    .flatMap(({ ports, endpoints }): readonly EndpointSubset[] => {
      const listed = endpoints.filter(({ conditions }) => withTerminating || !conditions?.terminating);
      if (listed.length === 0) return [];
      const [ready, notReady] = [true, false].map((is) =>
        listed
          .filter(({ conditions }) => (conditions?.ready ?? true) === is)
          .map(addressOf)
          .sort(byAddress),
      );
      return [
        {
          ...(ready?.length ? { addresses: ready } : {}),
          ...(notReady?.length ? { notReadyAddresses: notReady } : {}),
          ...(ports.length > 0 ? { ports: ports.map(portOf) } : {}),
        },
      ];
    });
}

const addressOf = ({ addresses, hostname, nodeName, targetRef }: Endpoint): EndpointAddress => ({
  ip: addresses[0] ?? '',
  ...(hostname ? { hostname } : {}),
  ...(nodeName ? { nodeName } : {}),
  ...(targetRef ? { targetRef } : {}),
});

const portOf = ({ name, port, protocol, appProtocol }: EndpointPorts[number]): SubsetPort => ({
  ...(name ? { name } : {}),
  port: port ?? 0,
  protocol: protocol as SubsetPort['protocol'],
  ...(appProtocol ? { appProtocol } : {}),
});

const byAddress = (a: EndpointAddress, b: EndpointAddress): number => (a.ip < b.ip ? -1 : 1);

const countOf = (subsets: readonly EndpointSubset[]): number =>
  subsets.reduce(
    (sum, { addresses = [], notReadyAddresses = [] }) => sum + addresses.length + notReadyAddresses.length,
    0,
  );

/** Those that are ready stay first. */
function truncated(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  if (countOf(subsets) <= CAPACITY) return subsets;
  let left = CAPACITY;
  const take = (addresses: readonly EndpointAddress[] = []) => {
    const kept = addresses.slice(0, left);
    left -= kept.length;
    return kept;
  };
  const ready = subsets.map(({ addresses }) => take(addresses));
  return subsets.flatMap(({ ports, notReadyAddresses }, i) => {
    const [addresses = [], notReady] = [ready[i], take(notReadyAddresses)];
    if (addresses.length + notReady.length === 0) return [];
    return [
      {
        ...(addresses.length > 0 ? { addresses } : {}),
        ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
        ...(ports ? { ports } : {}),
      },
    ];
  });
}
