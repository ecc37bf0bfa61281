import type { EndpointSlice, Service } from '../../../src/kube/kinds/objects.data.ts';

/** `web` in namespace shop, one port `http`. */
export function service(clusterIP: string, port: number, rest: object = {}, ports: object = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', uid: 'service-web' },
    spec: { clusterIP, ports: [{ name: 'http', port, protocol: 'TCP', ...ports }], ...rest },
  };
}

/** State of an endpoint in one word. */
export type Word = 'ready' | 'unready' | 'draining' | 'dead';

const CONDITIONS = {
  ready: { ready: true, serving: true, terminating: false },
  unready: { ready: false, serving: false, terminating: false },
  draining: { ready: false, serving: true, terminating: true },
  dead: { ready: false, serving: false, terminating: true },
} as const;

/** `{'127.0.0.1': 'ready'}`, all at one port. The uid of a pod is `pod-` and its address or the name given. */
export function slice(
  endpoints: Readonly<Record<string, Word>>,
  port: number,
  name = 'web-1',
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port, protocol: 'TCP' }],
    endpoints: Object.entries(endpoints).map(([address, word]) => ({
      addresses: [address],
      conditions: CONDITIONS[word],
      targetRef: { kind: 'Pod', namespace: 'shop', name: `pod-${address}`, uid: `pod-${address}` },
    })),
  };
}
