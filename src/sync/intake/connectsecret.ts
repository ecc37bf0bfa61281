import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { PILOTAGE_NAMESPACE } from '../../model/types.ts';

/**
 * What opens a repository elsewhere, all in one Secret. Keys as Flux names them: `username` and `password`, or `bearerToken`; `identity`,
 * `identity.pub` and `known_hosts`; `ca.crt`, `tls.crt` and `tls.key`; and `proxy`, an address.
 */
export type ConnectionData = Readonly<Record<string, string>>;

/** @throws ProblemError AuthenticationFailed where there is no such Secret */
export async function readConnection(home: KubeClient, name: string): Promise<ConnectionData> {
  const data = await connectionData(home, name);
  if (data) return data;
  throw new ProblemError({
    reason: 'AuthenticationFailed',
    message: `The Secret ${PILOTAGE_NAMESPACE}/${name}, which holds its credentials, does not exist.`,
    remedy: 'Give the credentials again: pilotage connect DELIVERY URL --token-file FILE',
  });
}

export async function connectionData(home: KubeClient, name: string): Promise<ConnectionData | undefined> {
  const secret = await home.get(SECRETS, { namespace: PILOTAGE_NAMESPACE, name }).catch(notFoundAsUndefined);
  return (
    secret &&
    Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString('utf8'),
      ]),
    )
  );
}

export async function keepConnection(
  home: KubeClient,
  name: string,
  kept: { readonly type: 'kubernetes.io/basic-auth' | 'Opaque'; readonly data: ConnectionData },
): Promise<void> {
  const data = Object.entries(kept.data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  await home.apply(
    SECRETS,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: PILOTAGE_NAMESPACE },
      type: kept.type,
      data: Object.fromEntries(data),
    },
    { fieldManager: 'pilotage-connect', force: true },
  );
}
