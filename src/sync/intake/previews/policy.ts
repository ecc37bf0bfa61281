import type { Repository } from '../../../git/types.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { PreviewPolicy } from '../../../model/deliveryfile.ts';
import type { FileAt } from '../../../model/environments.ts';
import type { Environment } from '../../../model/types.ts';
import { fileAt } from '../../source/deliveryfile.ts';

/** Whether all that `next` allows is allowed by `before`. */
export function isAsStrict(next: PreviewPolicy | undefined, before: PreviewPolicy | undefined): boolean {
  if (next === undefined) return true;
  if (before === undefined) return false;
  const isPart = (some: readonly string[], all: readonly string[]) => some.every((one) => all.includes(one));
  return (
    isPart(next.branches, before.branches) &&
    isPart(next.secrets, before.secrets) &&
    (before.pullRequests || !next.pullRequests) &&
    next.max <= before.max &&
    next.ttl <= before.ttl &&
    deepEqual(rest(next), rest(before))
  );
}

const rest = ({ from, values, host, quota }: PreviewPolicy) => ({
  ...{ from, quota },
  values: values ?? null,
  host: host ?? null,
});

/**
 * The policy in force. It is a term of the delivery: where an environment with gates lives on the default branch, what the branch says counts
 * once it has passed them there, and before that only where it is as strict as what counts now.
 */
export async function policyInForce(
  repository: Pick<Repository, 'tree'>,
  file: FileAt,
  defaultBranch: string | undefined,
  environments: readonly Environment[],
): Promise<PreviewPolicy | 'unknown' | undefined> {
  if (file && !file.ok) return 'unknown';
  const tip = file?.value.previews;
  const gated = environments.find(
    ({ spec, status }) => spec.branch === defaultBranch && status?.promotionPolicy !== undefined,
  );
  if (gated === undefined) return tip;
  const { deployedRevision } = gated.status ?? {};
  if (deployedRevision === undefined) return undefined;
  const passed = await fileAt(repository as Repository, deployedRevision).catch(() => 'unknown' as const);
  if (passed === 'unknown' || (passed && !passed.ok)) return 'unknown';
  const inForce = passed?.value.previews;
  return isAsStrict(tip, inForce) ? tip : inForce;
}
