import type { Problem } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { fullName } from '../../model/names.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';

/** The environments of a delivery; with a branch, those that live on it: often one, at times several. */
export async function environmentsOf(
  home: KubeClient,
  delivery: string,
  branch?: string,
): Promise<readonly Environment[]> {
  const { items } = await home.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE });
  return items.filter(
    ({ spec }) => spec.delivery === delivery && (branch === undefined || spec.branch === branch),
  );
}

/** Environment branches only grow: what was deployed from one must stay reachable from it. */
export function refuseRewrite([environment]: readonly Environment[], branch: string): Problem | undefined {
  if (!environment) return undefined;
  return {
    reason: 'RewriteRefused',
    message: `${branch} is the branch of ${fullName(environment)} and may not be rewritten; git revert, or pilotage rollback`,
  };
}
