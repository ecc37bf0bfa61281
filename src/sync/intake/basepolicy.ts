import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import type { BasePolicy } from '../source/baseaccess.ts';
import { readConnection } from './connectsecret.ts';
import { credentialsOf } from './remoteaccess.ts';

/** From where a delivery may fetch bases, as of now: what a person allows, and the repository that it follows, with what it is given there. */
export async function basePolicy(home: KubeClient, name: string): Promise<BasePolicy> {
  const delivery = await home
    .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name })
    .catch(notFoundAsUndefined);
  const hosts = delivery?.spec.bases ?? [];
  const repository = delivery?.spec.repository;
  if (repository?.type !== 'remote' || !/^https?:/i.test(repository.url) || !URL.canParse(repository.url))
    return { hosts };
  const { url, secretRef } = repository;
  const credentials = secretRef ? credentialsOf(await readConnection(home, secretRef.name)) : undefined;
  return { hosts, own: { url, ...(credentials ? { credentials } : {}) } };
}
