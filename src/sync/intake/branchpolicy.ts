import type { Problem } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../model/types.ts';

/** Environment branches only grow: what was deployed from one must stay reachable from it. */
export async function refuseRewrite(
  home: KubeClient,
  delivery: string,
  branch: string,
): Promise<Problem | undefined> {
  const { items } = await home.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE });
  const environment = items.find(({ spec }) => spec.delivery === delivery && spec.branch === branch);
  if (!environment) return undefined;
  return {
    reason: 'RewriteRefused',
    message: `${branch} is the branch of ${delivery}/${environment.spec.environment} and may not be rewritten; git revert, or pilotage rollback`,
  };
}
