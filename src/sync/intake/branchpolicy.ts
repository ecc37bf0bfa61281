import type { Problem } from '../../base/errors.ts';
import type { Oid, Repository } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { fullName } from '../../model/names.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';

/** The environments of a delivery but for previews; with a branch, those that live on it: often one, at times several. */
export async function lastingEnvironmentsOf(
  home: KubeClient,
  delivery: string,
  branch?: string,
): Promise<readonly Environment[]> {
  const { items } = await home.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE });
  return items.filter(
    ({ spec }) =>
      spec.delivery === delivery &&
      // A preview changes nothing about who may push to its branch, and whether that may be rewritten.
      spec.preview === undefined &&
      (branch === undefined || spec.branch === branch),
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

/**
 * The same of a branch that a push brings back: there is no tip that it could descend from, but each environment has recorded where it was. A
 * repository that lacks that commit was made anew: what comes is held until a person acknowledges it.
 */
export async function refuseOtherHistory(
  environments: readonly Environment[],
  pushed: Pick<Repository, 'resolve' | 'isAncestor'>,
  to: Oid,
): Promise<Problem | undefined> {
  for (const environment of environments) {
    const last = environment.status?.wantedRevision;
    if (last === undefined || (await pushed.resolve(last)) === undefined) continue;
    if (!(await pushed.isAncestor(last, to))) return otherHistory(environment, last, to);
  }
  return undefined;
}

function otherHistory(environment: Environment, last: Oid, to: Oid): Problem {
  const { branch } = environment.spec;
  const name = fullName(environment);
  return {
    reason: 'RewriteRefused',
    message: `${name} was at ${last.slice(0, 7)} when its branch ${branch} was deleted, and ${to.slice(0, 7)} does not descend from that: its history may not be rewritten.`,
    remedy: `Bring the branch back where it was (git push ORIGIN ${last}:refs/heads/${branch}), then git revert, or pilotage rollback. To begin anew: pilotage delete ${name}`,
  };
}
