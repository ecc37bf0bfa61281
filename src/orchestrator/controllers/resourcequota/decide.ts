import type { ResourceQuota, ResourceQuotaStatus } from '../../../kube/kinds/objects.data.ts';
import { type Counted, limitedNames, measureOf, usedOf } from '../../../kube/kinds/quota/quota.ts';
import { type Amounts, amountsOf, formatAmounts, selectAmounts } from '../../../kube/values/amounts.ts';
import type { KubeObject } from '../../../kube/values/types.ts';

/** The objects of one kind in the namespace of a quota. */
export interface Collection {
  readonly resource: Counted;
  readonly objects: readonly KubeObject[];
}

/**
 * The status of a quota (Kubernetes `pkg/controller/resourcequota`, syncResourceQuota). What nobody can count keeps the number that it had.
 */
export function decide(
  quota: ResourceQuota,
  collections: readonly Collection[],
  now: number,
): ResourceQuotaStatus {
  const { hard = {} } = quota.spec ?? {};
  const known = selectAmounts(amountsOf(quota.status?.used), (name) => hard[name] !== undefined);
  const counted = collections.flatMap(({ resource, objects }) =>
    Object.entries(usedOf(quota, measureOf(resource), objects, now)),
  );
  const used: Amounts = { ...known, ...Object.fromEntries(counted) };
  return { hard, used: formatAmounts(used) };
}

/** The resources whose objects count against any of the quotas. */
export const countedBy = <R extends Counted>(
  quotas: readonly ResourceQuota[],
  resources: readonly R[],
): readonly R[] =>
  resources.filter((resource) => {
    const measure = measureOf(resource);
    return quotas.some((quota) => limitedNames(quota, measure).length > 0);
  });
