import type { KubeClient } from '../kube/client.ts';
import { deepEqual } from '../kube/equal.ts';
import type { Discovered, DiscoveredSpec } from '../model/environments.ts';
import { environmentObjectName } from '../model/names.ts';
import {
  type Delivery,
  ENVIRONMENTS,
  type Environment,
  LABELS,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
} from '../model/types.ts';

/** Whether an environment stood in a file, so that it does not go on by convention when the file vanishes. */
export const ORIGIN = 'pilotage.dev/origin';

export interface Settled {
  readonly environment: Environment;
  readonly frozen?: { readonly reason: string; readonly message: string };
}

/** Creates the object of a discovered environment, or brings what its file decides up to date; what people set is kept. */
export async function settleEnvironment(
  home: KubeClient,
  delivery: Delivery,
  found: Discovered,
  was: Environment | undefined,
): Promise<Settled | undefined> {
  const frozen = found.state === 'frozen' ? found.frozen : undefined;
  if (was === undefined) {
    if (found.spec === undefined) return undefined;
    const environment = await create(home, delivery, found.name, found.spec);
    return { environment, ...(frozen ? { frozen } : {}) };
  }
  if (frozen || found.spec === undefined) return { environment: was, ...(frozen ? { frozen } : {}) };
  const moved = movedCluster(was, found.spec);
  if (moved) return { environment: was, frozen: moved };
  return { environment: await update(home, was, found.spec) };
}

/** What was delivered to one cluster cannot be pruned from another: a person has to end the one before the other begins. */
function movedCluster(was: Environment, spec: DiscoveredSpec): Settled['frozen'] {
  if (was.spec.cluster === spec.cluster || (was.status?.inventory ?? []).length === 0) return undefined;
  return {
    reason: 'ClusterChanged',
    message: `pilotage.yaml moves it from cluster ${was.spec.cluster ?? '(built-in)'} to ${spec.cluster ?? '(built-in)'}, and ${was.status?.inventory?.length} objects are still in the first; give the environment another name`,
  };
}

function create(
  home: KubeClient,
  delivery: Delivery,
  environment: string,
  { origin, ...spec }: DiscoveredSpec,
): Promise<Environment> {
  const name = delivery.metadata.name ?? '';
  return home.create<Environment>(
    ENVIRONMENTS,
    {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Environment',
      metadata: {
        name: environmentObjectName(name, environment),
        namespace: PILOTAGE_NAMESPACE,
        labels: { [LABELS.delivery]: name, [LABELS.environment]: environment },
        annotations: { [ORIGIN]: origin },
      },
      spec: { delivery: name, environment, ...spec },
    },
    { namespace: PILOTAGE_NAMESPACE, fieldManager: 'pilotage-sync' },
  );
}

async function update(
  home: KubeClient,
  was: Environment,
  { origin, ...spec }: DiscoveredSpec,
): Promise<Environment> {
  const { branch, path, namespace, cluster } = was.spec;
  const same = deepEqual({ branch, path, namespace, cluster }, { ...spec, cluster: spec.cluster });
  if (same && was.metadata.annotations?.[ORIGIN] === origin) return was;
  return home.patch<Environment>(
    ENVIRONMENTS,
    { namespace: PILOTAGE_NAMESPACE, name: was.metadata.name ?? '' },
    {
      type: 'merge',
      body: {
        metadata: { annotations: { [ORIGIN]: origin } },
        spec: { ...spec, cluster: spec.cluster ?? null },
      },
    },
    { fieldManager: 'pilotage-sync' },
  );
}
