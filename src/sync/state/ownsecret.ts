import type { KubeClient } from '../../kube/client/client.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { FIELD_MANAGER, PILOTAGE_NAMESPACE } from '../../model/types.ts';

/** Keeps what an administrator gave in a Secret of Pilotage's own namespace, in place of what was in it. Resolves with its name. */
export async function keepSecret(
  home: KubeClient,
  name: string,
  stringData: Readonly<Record<string, string>>,
): Promise<string> {
  const metadata = { name, namespace: PILOTAGE_NAMESPACE };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData };
  await home.apply(SECRETS, secret, { fieldManager: FIELD_MANAGER, force: true });
  return name;
}
