import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
} from '../../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../../kube/values/equal.ts';
import type { KubeObject } from '../../../../kube/values/types.ts';
import { KEEP, type Reconciled } from '../../ensure.ts';
import { AUTOUPDATE } from './defaultpolicy.ts';
import { uncovered } from './rules.ts';

/**
 * Rules and selectors that are missing are added; those that somebody has added stay (component-helpers
 * `auth/rbac/reconciliation/reconcile_role.go`, computeReconciledRole without removal).
 */
export function reconcileRole<T extends Role | ClusterRole>(live: T, wanted: T): Reconciled<T> {
  if (isProtected(live)) return KEEP;
  const [held = [], due = []] = [live.rules, wanted.rules];
  // Nearly always equal; comparing every rule with every other took 20 to 40 ms of each start.
  const missing = deepEqual(held, due) ? [] : uncovered(held, due);
  const aggregationRule = aggregationOf(live, wanted);
  const { aggregationRule: _, ...rest } = live as ClusterRole;
  const object = {
    ...rest,
    metadata: mergedMetadata(live, wanted),
    ...(missing.length > 0 ? { rules: [...held, ...missing] } : {}),
    ...(aggregationRule ? { aggregationRule } : {}),
  } as T;
  return deepEqual(object, live) ? KEEP : { type: 'update', object };
}

function aggregationOf(live: ClusterRole, wanted: ClusterRole): ClusterRole['aggregationRule'] {
  if (!wanted.aggregationRule) return undefined;
  const selectors = live.aggregationRule?.clusterRoleSelectors ?? [];
  const missing = (wanted.aggregationRule.clusterRoleSelectors ?? []).filter(
    (one) => !selectors.some((known) => deepEqual(known, one)),
  );
  return { clusterRoleSelectors: [...selectors, ...missing] };
}

/** Subjects that are missing are added (`reconcile_rolebindings.go`, computeReconciledRoleBinding). */
export function reconcileBinding<T extends RoleBinding | ClusterRoleBinding>(
  live: T,
  wanted: T,
): Reconciled<T> {
  if (isProtected(live)) return KEEP;
  if (!deepEqual(live.roleRef, wanted.roleRef)) return { type: 'recreate' };
  const subjects = live.subjects ?? [];
  const missing = (wanted.subjects ?? []).filter((one) => !subjects.some((known) => deepEqual(known, one)));
  const object = {
    ...live,
    metadata: mergedMetadata(live, wanted),
    ...(missing.length > 0 ? { subjects: [...subjects, ...missing] } : {}),
  };
  return deepEqual(object, live) ? KEEP : { type: 'update', object };
}

const isProtected = ({ metadata }: KubeObject): boolean => metadata.annotations?.[AUTOUPDATE] === 'false';

/** Labels and annotations that somebody has changed stay as they are. */
const mergedMetadata = ({ metadata }: KubeObject, wanted: KubeObject) => ({
  ...metadata,
  labels: { ...wanted.metadata.labels, ...metadata.labels },
  annotations: { ...wanted.metadata.annotations, ...metadata.annotations },
});
