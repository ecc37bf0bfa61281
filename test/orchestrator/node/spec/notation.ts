import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';

export const pod = (spec: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', uid: 'uid', labels: { app: 'web' } },
  spec: { containers: [{ name: 'web' }], ...spec },
});
export const object = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const base64 = (text: string) => Buffer.from(text).toString('base64');
/** What the node knows for the pod, beside the pod itself: a ConfigMap `settings` and a Secret `keys`. */
export const known = {
  podIP: '127.1.0.1',
  hostIP: '127.0.0.1',
  nodeName: 'here',
  nodeResources: { cpu: '2', memory: '1Gi' },
  tokens: new Map([['3600 ', 'jwt']]),
  configMaps: new Map([['settings', object('settings', { size: '10', mode: 'fast' })]]),
  claimed: new Map(),
  localVolumes: '/volumes',
  owners: { type: 'node' as const },
  secrets: new Map([['keys', object('keys', { token: base64('s3cret') })]]),
};
