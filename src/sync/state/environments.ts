import type { KubeClient } from '../../kube/client/client.ts';
import type { MutationCache } from '../../kube/client/mutationcache.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { advanced } from '../../model/advanced.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { fullName } from '../../model/names.ts';
import { sourcesOf } from '../../model/promotionsources.ts';
import {
  DELIVERIES,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
  type Terms,
} from '../../model/types.ts';

/** A namespace of a cluster. */
export type ClaimedPlace = Pick<Terms, 'cluster' | 'namespace'>;

/** All environments of all deliveries, by what one asks of the others: not a list for each question. */
export interface EnvironmentIndex {
  /** Whether there is an environment of this name (`shop/prod`). */
  has(name: string): boolean;
  /** The environment (`shop/prod`) that claims a namespace. */
  claimant(place: ClaimedPlace): string | undefined;
  /** Whether a revision is deployed in any environment of a delivery. */
  deploys(delivery: string, revision: string): Promise<boolean>;
  /** Those that promote from an environment. */
  targetsOf(environment: Environment): readonly Environment[];
  /** All of them as they are now, which the answers to the questions above are from then on. */
  read(): Promise<readonly Environment[]>;
}

/** The value of the annotation by which an environment claims its namespace. */
export const claimOf = ({ cluster = '', namespace }: ClaimedPlace): string => `${cluster}/${namespace}`;

export function indexEnvironments(
  environments: MutationCache<Environment>,
  home: KubeClient,
): EnvironmentIndex {
  const byName = environments.index((environment) => [fullName(environment)]);
  const byUid = environments.index(({ metadata: { uid } }) => (uid === undefined ? [] : [uid]));
  const bySource = environments.index(({ spec, status }) =>
    status?.promotionPolicy === undefined
      ? []
      : sourcesOf(status.promotionPolicy).map((source) => `${spec.delivery} ${source}`),
  );
  const byClaim = environments.index(({ metadata }) => {
    const claim = metadata.annotations?.[ANNOTATIONS.claim];
    return claim === undefined ? [] : [claim];
  });
  const byDeployed = environments.index(({ spec, status }) =>
    status?.deployedRevision === undefined ? [] : [`${spec.delivery} ${status.deployedRevision}`],
  );
  return {
    has: (name) => byName(name).length > 0,
    claimant(place) {
      const owner = byClaim(claimOf(place)).at(-1);
      return owner && fullName(owner);
    },
    targetsOf: ({ spec }) => bySource(`${spec.delivery} ${spec.environment}`),
    async deploys(delivery, revision) {
      const key = { namespace: PILOTAGE_NAMESPACE, name: delivery };
      const owner = await home.get(DELIVERIES, key).catch(notFoundAsUndefined);
      const advances = owner?.status?.advanced?.filter((one) => one.revision === revision) ?? [];
      const candidates = [
        ...byDeployed(`${delivery} ${revision}`),
        ...advances.flatMap(({ environments }) => environments.flatMap(byUid)),
      ];
      return candidates.some((one) => advanced(one, owner).status?.deployedRevision === revision);
    },
    async read() {
      const list = await home.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE });
      environments.learn(list);
      return list.items;
    },
  };
}
