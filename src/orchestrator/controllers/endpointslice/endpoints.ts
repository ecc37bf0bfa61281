import type { Endpoint, EndpointSlice, Pod, Service, ServicePort } from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import { isReady } from '../pods.ts';

export type EndpointPorts = NonNullable<EndpointSlice['ports']>;

/** Endpoints that share their port numbers: a named target port may differ from pod to pod. */
export interface EndpointGroup {
  readonly ports: EndpointPorts;
  readonly endpoints: readonly Endpoint[];
}

/** Pods of a Service as endpoints, grouped by ports (k8s.io/endpointslice `utils.go` podToEndpoint, getEndpointPorts). */
export function endpointGroups(service: Service, pods: readonly Pod[]): readonly EndpointGroup[] {
  const groups = new Map<string, { ports: EndpointPorts; endpoints: Endpoint[] }>();
  for (const pod of [...pods].sort(byName)) {
    if (isFinished(pod) || !pod.status?.podIP) continue;
    const ports = portsFor(service, pod);
    const group = groups.get(portsKey(ports)) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(service, pod, pod.status.podIP));
    groups.set(portsKey(ports), group);
  }
  return [...groups.values()];
}

const byName = (a: Pod, b: Pod): number => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);

/** Equal for equal sets of ports, whatever their order. */
export function portsKey(ports: EndpointPorts): string {
  return ports
    .map(
      ({ name = '', port, protocol = 'TCP', appProtocol = '' }) =>
        `${name}/${port}/${protocol}/${appProtocol}`,
    )
    .sort()
    .join(',');
}

function endpointOf(service: Service, pod: Pod, address: string): Endpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { name, namespace, uid } = pod.metadata;
  const isNamed = pod.spec.hostname && pod.spec.subdomain === service.metadata.name;
  return {
    addresses: [address],
    // A terminating endpoint is never ready, whatever its probe says (KEP-1672), unless unready ones are published as well.
    conditions: {
      ready: Boolean(service.spec.publishNotReadyAddresses) || (serving && !terminating),
      serving,
      terminating,
    },
    ...(isNamed ? { hostname: pod.spec.hostname ?? '' } : {}),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: namespace ?? '', name: name ?? '', uid: uid ?? '' },
  };
}

/** A target port whose name no container of the pod has is left out for that pod. */
function portsFor(service: Service, pod: Pod): EndpointPorts {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ name, port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

function targetPort(
  { targetPort: target, port, protocol = 'TCP' }: ServicePort,
  pod: Pod,
): number | undefined {
  if (target === undefined || target === '' || target === 0) return port;
  if (typeof target === 'number') return target;
  return pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((one) => one.name === target && (one.protocol ?? 'TCP') === protocol)?.containerPort;
}
