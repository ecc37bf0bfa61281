import { rfc3339 } from '../../../base/clock.ts';
import type { Pod, PodDisruptionBudget } from '../../../kube/kinds/objects.data.ts';
import { findCondition } from '../../../kube/values/condition.ts';
import { selectorMatches } from '../../../kube/values/selectors.ts';
import { type StatusError, statusError } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { namespacePrefix } from '../../store/keys.ts';
import { forbidden } from '../errors.ts';
import type { Companion, World } from './kind.ts';

const BUDGETS = {
  group: 'policy',
  version: 'v1',
  plural: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
};
/** Evictions that the controller has not seen yet (`eviction.go` MaxDisruptedPodSize). */
const MAX_UNCONFIRMED = 2000;

/** The budget that guards a pod. @throws StatusError when there are several */
export function budgetOf({ metadata }: Pod, { store }: World): PodDisruptionBudget | undefined {
  const [first, ...others] = store
    .list(namespacePrefix(BUDGETS.group, BUDGETS.plural, metadata.namespace ?? ''))
    .map(({ object }) => object as PodDisruptionBudget)
    .filter(({ spec }) => selectorMatches(spec?.selector, metadata.labels ?? {}));
  if (others.length === 0) return first;
  throw statusError(
    'InternalError',
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  );
}

/** One disruption of what the budget allows; undefined where the pod does not count in it. */
export function spend(budget: PodDisruptionBudget, pod: Pod, now: number): Companion | undefined {
  if (!isReady(pod) && mayLeaveUnhealthy(budget)) return undefined;
  return {
    ...BUDGETS,
    name: budget.metadata.name ?? '',
    change: (live) => spent(live as PodDisruptionBudget, pod, now),
  };
}

const isReady = ({ status }: Pod): boolean => findCondition(status?.conditions, 'Ready')?.status === 'True';

function mayLeaveUnhealthy({ spec, status }: PodDisruptionBudget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

/** `eviction.go` checkAndDecrement. */
function spent(budget: PodDisruptionBudget, { metadata: { name: pod = '' } }: Pod, now: number): KubeObject {
  const { name = '', generation = 0 } = budget.metadata;
  const { status } = budget;
  if (!status || (status.observedGeneration ?? 0) < generation)
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10);
  const { disruptionsAllowed, disruptedPods = {} } = status;
  if (disruptionsAllowed < 0) throw forbidden(BUDGETS, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_UNCONFIRMED) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw forbidden(BUDGETS, name, why);
  }
  if (disruptionsAllowed === 0) throw refused(whyNone(budget), 0);
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: disruptionsAllowed - 1,
      disruptedPods: { ...disruptedPods, [pod]: rfc3339(now) },
    },
  };
}

function whyNone({ metadata: { name }, status }: PodDisruptionBudget): string {
  const condition = findCondition(status?.conditions, 'DisruptionAllowed');
  const [healthy, desired] = [status?.currentHealthy ?? 0, status?.desiredHealthy ?? 0];
  if (condition?.reason === 'SyncFailed' && condition.message)
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${condition.message}`;
  if (healthy <= desired)
    return `The disruption budget ${name} needs ${desired} healthy pods and has ${healthy} currently`;
  return `The disruption budget ${name} does not allow evicting pods currently`;
}

const refused = (why: string, retryAfterSeconds: number): StatusError =>
  statusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  });
