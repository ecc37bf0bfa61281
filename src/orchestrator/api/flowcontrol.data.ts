import {
  groupSubjects,
  MANDATORY_FLOW_SCHEMAS,
  MANDATORY_PRIORITY_LEVELS,
} from '../../kube/kinds/checks/flowcontrol.ts';
import type { JsonObject } from '../../kube/values/types.ts';

/** The priority levels and flow schemas that every cluster has (apiserver `pkg/apis/flowcontrol/bootstrap/default.go`). */

const limited = (
  shares: number,
  lendable: number,
  [queues, hand]: readonly [number, number],
): JsonObject => ({
  type: 'Limited',
  limited: {
    nominalConcurrencyShares: shares,
    lendablePercent: lendable,
    limitResponse: { type: 'Queue', queuing: { queues, handSize: hand, queueLengthLimit: 50 } },
  },
});

/** By name. */
export const PRIORITY_LEVELS: Readonly<Record<string, JsonObject>> = {
  ...MANDATORY_PRIORITY_LEVELS,
  system: limited(30, 33, [64, 6]),
  'node-high': limited(40, 25, [64, 6]),
  'leader-election': limited(10, 0, [16, 4]),
  'workload-high': limited(40, 50, [128, 6]),
  'workload-low': limited(100, 90, [128, 6]),
  'global-default': limited(20, 50, [128, 6]),
};

const users = (...names: readonly string[]) => names.map((name) => ({ kind: 'User', user: { name } }));
const SYSTEM_ACCOUNTS = { kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: 'kube-system' } };
const EVERYBODY = groupSubjects('system:unauthenticated', 'system:authenticated');

const resources = (group: string, plurals: readonly string[], clusterScope: boolean, verbs = ['*']) => ({
  verbs,
  apiGroups: [group],
  resources: plurals,
  ...(clusterScope ? { clusterScope } : {}),
  namespaces: ['*'],
});
const EVERYTHING = {
  resourceRules: [resources('*', ['*'], true)],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

const schema = (level: string, precedence: number, distinguisher: string | undefined, rule: JsonObject) => ({
  priorityLevelConfiguration: { name: level },
  matchingPrecedence: precedence,
  ...(distinguisher === undefined ? {} : { distinguisherMethod: { type: distinguisher } }),
  rules: [rule],
});

/** By name. */
export const FLOW_SCHEMAS_AT_START: Readonly<Record<string, JsonObject>> = {
  ...MANDATORY_FLOW_SCHEMAS,
  probes: schema('exempt', 2, undefined, {
    subjects: EVERYBODY,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  'system-leader-election': schema('leader-election', 100, 'ByUser', {
    subjects: [...users('system:kube-controller-manager', 'system:kube-scheduler'), SYSTEM_ACCOUNTS],
    resourceRules: [resources('coordination.k8s.io', ['leases'], false, ['get', 'create', 'update'])],
  }),
  'system-node-high': schema('node-high', 400, 'ByUser', {
    subjects: groupSubjects('system:nodes'),
    resourceRules: [
      resources('', ['nodes', 'nodes/status'], true),
      resources('coordination.k8s.io', ['leases'], false),
    ],
  }),
  'system-nodes': schema('system', 500, 'ByUser', { subjects: groupSubjects('system:nodes'), ...EVERYTHING }),
  'kube-controller-manager': schema('workload-high', 800, 'ByNamespace', {
    subjects: users('system:kube-controller-manager'),
    ...EVERYTHING,
  }),
  'kube-scheduler': schema('workload-high', 800, 'ByNamespace', {
    subjects: users('system:kube-scheduler'),
    ...EVERYTHING,
  }),
  'kube-system-service-accounts': schema('workload-high', 900, 'ByNamespace', {
    subjects: [SYSTEM_ACCOUNTS],
    ...EVERYTHING,
  }),
  'service-accounts': schema('workload-low', 9000, 'ByUser', {
    subjects: groupSubjects('system:serviceaccounts'),
    ...EVERYTHING,
  }),
  'global-default': schema('global-default', 9900, 'ByUser', { subjects: EVERYBODY, ...EVERYTHING }),
};
