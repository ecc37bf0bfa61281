import type { Namespace, NetworkPolicy, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { isAllowed } from '../../../../src/orchestrator/network/policy/allowed.ts';
import { compilePolicies, type PolicySet } from '../../../../src/orchestrator/network/policy/compile.ts';

/** A pod as `shop/web`: its uid is that, its label `app: web`. */
export function pod(where: string, address?: string, more: Partial<Pod['spec']> = {}): Pod {
  const [namespace = '', name = ''] = where.split('/');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: where, labels: { app: name } },
    spec: { nodeName: 'n1', containers: [{ name: 'main', image: 'app', ports: PORTS }], ...more },
    status: { phase: 'Running', ...(address === undefined ? {} : { podIP: address }) },
  };
}

const PORTS = [
  { name: 'http', containerPort: 8080 },
  { name: 'dns', containerPort: 53, protocol: 'UDP' as const },
];

export const namespaces: readonly Namespace[] = ['shop', 'other'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { team: name } },
}));

/** In the namespace shop, with the types that the API server would give it. */
export const policy = (spec: NonNullable<NetworkPolicy['spec']>, name = 'one'): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'shop', uid: `policy-${name}` },
  spec: { policyTypes: spec.egress ? ['Egress'] : ['Ingress'], ...spec },
});

export const PODS: readonly Pod[] = [
  pod('shop/web', '10.4.0.1'),
  pod('shop/db', '10.4.0.2'),
  pod('other/web', '10.4.0.3'),
  pod('other/job', '10.4.0.4'),
];

export const compiled = (...policies: readonly NetworkPolicy[]): PolicySet =>
  compilePolicies(policies, PODS, namespaces, 'n1');

/** `shop/web > shop/db:8080`, `10.9.0.1 > shop/db:53/UDP`. */
export function allows(policies: PolicySet, text: string): boolean {
  const [from = '', to = ''] = text.split(' > ');
  const isUdp = to.endsWith('/UDP');
  const [end = '', port = ''] = (isUdp ? to.slice(0, -'/UDP'.length) : to).split(':');
  const endOf = (name: string) => {
    const found = PODS.find(({ metadata }) => metadata.uid === name);
    return { uid: found?.metadata.uid, address: found?.status?.podIP ?? name };
  };
  const target = { protocol: isUdp ? ('UDP' as const) : ('TCP' as const), port: Number(port) };
  return isAllowed(policies, endOf(from), endOf(end), target);
}
