import type { FlowSchema, PriorityLevel } from './fairness.ts';

/**
 * Who comes before whom, and how much of the server each may keep busy: the mandatory and suggested objects of flowcontrol.apiserver.k8s.io
 * (Kubernetes `pkg/apis/flowcontrol/bootstrap/default.go`), as far as their users exist here. The first schema that matches counts.
 */
export const SCHEMAS: readonly FlowSchema[] = [
  { name: 'exempt', level: 'exempt', groups: ['system:masters'] },
  {
    name: 'probes',
    level: 'exempt',
    groups: ['system:authenticated', 'system:unauthenticated'],
    paths: /^\/(?:healthz|livez|readyz)(?:\/|$)/,
  },
  {
    name: 'system-leader-election',
    level: 'leader-election',
    users: ['system:kube-controller-manager', 'system:kube-scheduler'],
    groups: ['system:serviceaccounts:kube-system'],
    resources: ['leases'],
  },
  { name: 'system-node-high', level: 'node-high', groups: ['system:nodes'], resources: ['nodes', 'leases'] },
  { name: 'system-nodes', level: 'system', groups: ['system:nodes'] },
  { name: 'kube-controller-manager', level: 'workload-high', users: ['system:kube-controller-manager'] },
  { name: 'kube-scheduler', level: 'workload-high', users: ['system:kube-scheduler'] },
  {
    name: 'kube-system-service-accounts',
    level: 'workload-high',
    groups: ['system:serviceaccounts:kube-system'],
  },
  { name: 'service-accounts', level: 'workload-low', groups: ['system:serviceaccounts'] },
  {
    name: 'global-default',
    level: 'global-default',
    groups: ['system:authenticated', 'system:unauthenticated'],
  },
  { name: 'catch-all', level: 'catch-all' },
];

/** Of all levels together: kube-apiserver's `--max-requests-inflight` and `--max-mutating-requests-inflight`. */
export const SEATS = 600;

export const LEVELS: readonly PriorityLevel[] = [
  { name: 'exempt', shares: 'exempt', queueLength: 0 },
  { name: 'node-high', shares: 40, queueLength: 50 },
  { name: 'system', shares: 30, queueLength: 50 },
  { name: 'leader-election', shares: 10, queueLength: 50 },
  { name: 'workload-high', shares: 40, queueLength: 50 },
  { name: 'workload-low', shares: 100, queueLength: 50 },
  { name: 'global-default', shares: 20, queueLength: 50 },
  // Nobody should come here: nothing waits.
  { name: 'catch-all', shares: 5, queueLength: 0 },
];
