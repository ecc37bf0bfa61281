import type { KubeClient } from '../../../kube/client/client.ts';
import type { ConfigMap, PersistentVolumeClaim, Secret } from '../../../kube/kinds/objects.data.ts';
import {
  CONFIG_MAPS,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  SECRETS,
} from '../../../kube/kinds/resources.data.ts';
import { isNotFound, notFoundAsUndefined } from '../../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../../kube/values/types.ts';
import type { Claimed } from './claimed.ts';
import type { References } from './references.ts';

export interface Sources {
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** By the names of the claims. */
  readonly claimed: ReadonlyMap<string, Claimed>;
}

/** What a pod refers to, as it is now. What does not exist is left out; rejects when the API cannot tell. */
export async function readSources(
  client: KubeClient,
  namespace: string,
  references: References,
): Promise<Sources> {
  const [configMaps, secrets, claims] = await Promise.all([
    readAll(client, CONFIG_MAPS, namespace, references.configMaps),
    readAll(client, SECRETS, namespace, references.secrets),
    readAll(client, PERSISTENT_VOLUME_CLAIMS, namespace, references.claims),
  ]);
  return { configMaps, secrets, claimed: await readVolumes(client, claims) };
}

async function readVolumes(
  client: KubeClient,
  claims: ReadonlyMap<string, PersistentVolumeClaim>,
): Promise<Map<string, Claimed>> {
  const found = await Promise.all(
    [...claims].map(async ([name, claim]): Promise<[string, Claimed]> => {
      const volumeName = claim.spec?.volumeName;
      if (!volumeName) return [name, { claim }];
      const volume = await client.get(PERSISTENT_VOLUMES, { name: volumeName }).catch(notFoundAsUndefined);
      return [name, volume ? { claim, volume } : { claim }];
    }),
  );
  return new Map(found);
}

async function readAll<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  namespace: string,
  names: ReadonlySet<string>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  await Promise.all(
    [...names].map(async (name) => {
      try {
        found.set(name, await client.get(resource, { namespace, name }));
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }),
  );
  return found;
}
