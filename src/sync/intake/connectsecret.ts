import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { type OwnSecret, readSecret } from '../state/ownsecret.ts';

/** What a request changes of a Delivery, as a merge patch of its spec, and the Secret that goes with it. Nothing is written yet. */
export interface ConnectPart {
  readonly spec: JsonObject;
  readonly keep?: OwnSecret;
}

/**
 * What opens a repository elsewhere, all in one Secret. Keys as Flux names them: `username` and `password`; `identity`, `identity.pub` and
 * `known_hosts`; `ca.crt`, `tls.crt` and `tls.key`. Of our own: `agent`.
 */
export type ConnectionData = OwnSecret['data'];

/** @throws ProblemError AuthenticationFailed where there is no such Secret */
export async function readConnection(home: KubeClient, name: string): Promise<ConnectionData> {
  const data = await readSecret(home, name);
  if (data) return data;
  throw new ProblemError({
    reason: 'AuthenticationFailed',
    message: `The Secret ${PILOTAGE_NAMESPACE}/${name}, which holds its credentials, does not exist.`,
    remedy: 'Give the credentials again: pilotage connect DELIVERY URL --token-file FILE',
  });
}
