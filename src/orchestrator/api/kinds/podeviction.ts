import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { replaceCondition } from '../../../kube/values/condition.ts';
import { isObject } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { badRequest } from '../errors.ts';
import type { DeleteParameters } from '../types.ts';
import { budgetOf, spend } from './disruptionbudget.ts';
import type { ActionRow, World } from './kind.ts';

/**
 * Eviction is a deletion that a PodDisruptionBudget may refuse (Kubernetes `pkg/registry/core/pod/storage/eviction.go`). What the budget
 * allows is spent before the pod is marked, so that two evictions at once do not spend the same.
 */
export const EVICTION: ActionRow = {
  type: 'action',
  name: 'eviction',
  verbs: ['create'],
  kind: { group: 'policy', version: 'v1', kind: 'Eviction' },
  before(live, body, world) {
    const pod = live as Pod;
    assertNamed(pod, body);
    const budget = isGuarded(pod) ? budgetOf(pod, world) : undefined;
    return budget && spend(budget, pod, world.clock.now());
  },
  act: (live, body, world) => ({
    type: 'delete',
    object: withTarget(live as Pod, world),
    parameters: parametersOf(body),
  }),
};

const parametersOf = ({ deleteOptions }: KubeObject): DeleteParameters =>
  (isObject(deleteOptions) ? deleteOptions : {}) as DeleteParameters;

function assertNamed({ metadata }: Pod, { metadata: { name } }: KubeObject): void {
  if (name && name !== metadata.name) throw badRequest('name in URL does not match name in Eviction object');
}

/** A pod that has ended, or never ran, or is on its way out has caused its disruption already (canIgnorePDB). */
const isGuarded = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  !['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? 'Pending');

function withTarget(pod: Pod, { clock }: World): Pod {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  } as const;
  const conditions = replaceCondition(pod.status?.conditions ?? [], condition, clock.now());
  return { ...pod, status: { ...pod.status, conditions } };
}
