import type { KubeClient } from '../../kube/client/client.ts';
import type { Secret } from '../../kube/kinds/objects.data.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../model/types.ts';

export interface ChartAccess {
  /** HOST or HOST:PORT. */
  readonly hosts: readonly string[];
  /** A config.json as Docker writes it, with passwords of those hosts. */
  readonly logins?: string;
}

/** Of a Secret as `kubectl create secret docker-registry` makes them. */
const KEY = '.dockerconfigjson';

/** From where a delivery may fetch charts, as of now: what a person allows, with the passwords of the Secret `charts-NAME`. */
export async function chartAccess(home: KubeClient, name: string): Promise<ChartAccess> {
  const namespace = PILOTAGE_NAMESPACE;
  const delivery = await home.get(DELIVERIES, { namespace, name }).catch(notFoundAsUndefined);
  const hosts = delivery?.spec.charts ?? [];
  if (hosts.length === 0) return { hosts };
  const secret = (await home
    .get(SECRETS, { namespace, name: `charts-${name}` })
    .catch(notFoundAsUndefined)) as Secret | undefined;
  const data = secret?.data?.[KEY];
  return { hosts, ...(data ? { logins: Buffer.from(data, 'base64').toString('utf8') } : {}) };
}
