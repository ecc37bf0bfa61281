import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import type { BasePolicy } from '../source/bases.ts';
import { readCredentials } from './remotes.ts';

/** From where a delivery may fetch bases, as of now: what a person allows, and the server that it is followed at, with what it is given there. */
export async function basePolicy(home: KubeClient, name: string): Promise<BasePolicy> {
  const delivery = await home
    .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name })
    .catch(notFoundAsUndefined);
  const hosts = delivery?.spec.bases ?? [];
  const repository = delivery?.spec.repository;
  if (repository?.type !== 'remote' || !/^https?:/i.test(repository.url) || !URL.canParse(repository.url))
    return { hosts };
  const { host } = new URL(repository.url);
  const { secretRef } = repository;
  const credentials = secretRef ? await readCredentials(home, secretRef.name) : undefined;
  return { hosts, own: { host, ...(credentials ? { credentials } : {}) } };
}
