import type { KubeClient, WatchEvent } from '../../../src/kube/client/client.ts';
import type { EndpointSlice, Pod } from '../../../src/kube/kinds/objects.data.ts';
import { StatusError } from '../../../src/kube/values/status.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';

export const configMap = (
  name: string,
  data: Record<string, string> = {},
  labels?: Record<string, string>,
) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...(labels ? { labels } : {}) },
  data,
});

export const pod = (name: string, spec: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'host' }], ...spec },
});

export const service = (name: string, spec: object = {}, port: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { selector: { app: name }, ports: [{ port: 80, ...port }], ...spec },
});

/** Who answers for a Service of that name; `ports` by their names there. */
export const endpointSlice = (
  service: string,
  endpoints: readonly { readonly address: string; readonly ready: boolean }[],
  ports: readonly { readonly name: string; readonly port: number }[],
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: service, namespace: 'default', labels: { 'kubernetes.io/service-name': service } },
  addressType: 'IPv4',
  endpoints: endpoints.map(({ address, ready }) => ({ addresses: [address], conditions: { ready } })),
  ports: [...ports],
});

/** `Invalid: message` of what was refused; fails when it was not. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StatusError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  throw new Error('expected a refusal, got a success');
}

/** `ADDED a`, `BOOKMARK 7`. */
export const eventText = (event: WatchEvent): string =>
  event.type === 'BOOKMARK'
    ? `BOOKMARK ${event.object.metadata.resourceVersion}`
    : `${event.type} ${event.object.metadata.name}`;

/** The next `count` events of a watch. */
export async function take<T extends KubeObject>(
  events: AsyncIterator<WatchEvent<T>>,
  count: number,
): Promise<WatchEvent<T>[]> {
  const taken: WatchEvent<T>[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) throw new Error(`the watch ended after ${taken.length} events`);
    taken.push(value);
  }
  return taken;
}

export const asNode = (client: KubeClient, node: string): KubeClient =>
  client.as({ name: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] });

/** The client, which fails a test that writes. */
export function readOnly(client: KubeClient): KubeClient {
  const written = async (): Promise<never> => {
    throw new Error('a request to write, although nothing differs');
  };
  return { ...client, create: written, update: written, patch: written, apply: written, delete: written };
}
