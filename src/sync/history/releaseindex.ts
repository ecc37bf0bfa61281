import type { MutationCache } from '../../kube/client/mutationcache.ts';
import type { Release } from '../../model/types.ts';

type Named = Pick<Release['spec'], 'delivery' | 'environment'>;

/** All releases, by what is asked of them: not a list of everybody's for each rollout. */
export interface ReleaseIndex {
  /** The history of an environment, newest first. */
  of(environment: Named): readonly Release[];
  /** Whether any environment of a delivery has a release of a revision. */
  hasRevision(delivery: string, revision: string): boolean;
}

export function indexReleases(releases: MutationCache<Release>): ReleaseIndex {
  const byEnvironment = releases.index(({ spec }) => [nameOf(spec)]);
  const byRevision = releases.index(({ spec }) => [`${spec.delivery} ${spec.revision}`]);
  return {
    of: (environment) =>
      [...byEnvironment(nameOf(environment))].sort((a, b) => b.spec.number - a.spec.number),
    hasRevision: (delivery, revision) => byRevision(`${delivery} ${revision}`).length > 0,
  };
}

const nameOf = ({ delivery, environment }: Named): string => `${delivery}/${environment}`;
