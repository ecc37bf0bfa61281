import type { KubeClient } from '../../../kube/client/client.ts';
import type { ConfigMap, Secret } from '../../../kube/kinds/objects.data.ts';
import { CONFIG_MAPS, SECRETS } from '../../../kube/kinds/resources.data.ts';
import { isNotFound } from '../../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../../kube/values/types.ts';
import type { References } from './references.ts';

export interface Sources {
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** What a pod refers to, as it is now. What does not exist is left out; rejects when the API cannot tell. */
export async function readSources(
  client: KubeClient,
  namespace: string,
  references: References,
): Promise<Sources> {
  const [configMaps, secrets] = await Promise.all([
    readAll(client, CONFIG_MAPS, namespace, references.configMaps),
    readAll(client, SECRETS, namespace, references.secrets),
  ]);
  return { configMaps, secrets };
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
