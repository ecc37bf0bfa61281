import { createInformer, type Informer } from '../kube/client/informer.ts';
import { createMutationCache } from '../kube/client/mutationcache.ts';
import type { ConfigMap } from '../kube/kinds/objects.data.ts';
import { CONFIG_MAPS } from '../kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../kube/values/types.ts';
import { advancedInformer } from '../model/advancedclient.ts';
import {
  DELIVERIES,
  type Delivery,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
  RELEASES,
} from '../model/types.ts';
import { indexReleases, type ReleaseIndex } from './history/releaseindex.ts';
import type { SyncOptions } from './options.ts';
import { type EnvironmentIndex, indexEnvironments } from './state/environments.ts';
import { EVERYTHING } from './state/suspensions.ts';

/** The records of the home cluster, watched, and looked up by index instead of by list. */
export interface Indexes {
  /** The home cluster: what is written through this client, the indexes know at once. */
  readonly home: SyncOptions['home'];
  readonly environments: EnvironmentIndex;
  readonly releases: ReleaseIndex;
  readonly informers: {
    readonly environments: Informer<Environment>;
    readonly deliveries: Informer<Delivery>;
    /** The object whose being there suspends everything. */
    readonly everything: Informer<ConfigMap>;
  };
  /** Resolves when all of them have their first list. */
  start(signal: AbortSignal): Promise<void>;
}

export function openIndexes({ home, clock, logger }: SyncOptions): Indexes {
  const informerOf = <T extends KubeObject>(resource: Resource<T>) =>
    createInformer<T>({ client: home, resource, clock, logger, namespace: PILOTAGE_NAMESPACE });
  const [environments, deliveries, releases] = [
    informerOf(ENVIRONMENTS),
    informerOf(DELIVERIES),
    informerOf(RELEASES),
  ];
  const everything = createInformer<ConfigMap>({
    ...{ client: home, resource: CONFIG_MAPS, clock, logger, namespace: PILOTAGE_NAMESPACE },
    fieldSelector: `metadata.name=${EVERYTHING}`,
  });
  const known = {
    environments: createMutationCache(environments, ENVIRONMENTS),
    releases: createMutationCache(releases, RELEASES),
  };
  return {
    home: known.releases.recording(known.environments.recording(home)),
    environments: indexEnvironments(known.environments, home),
    releases: indexReleases(known.releases),
    informers: { environments: advancedInformer(environments, deliveries), deliveries, everything },
    async start(signal) {
      const all = [environments, deliveries, releases, everything];
      for (const informer of all) informer.start(signal);
      await Promise.all(all.map(({ synced }) => synced));
    },
  };
}
