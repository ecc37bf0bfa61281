import type { Problem } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { NAMESPACES } from '../../kube/kinds/resources.data.ts';
import { isAlreadyExists, isConflict, isForbidden, notFoundAsUndefined } from '../../kube/values/status.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { ANNOTATIONS, LABELS } from '../../model/annotations.ts';
import { namespaceTaken } from '../../model/namespaces.ts';
import { FIELD_MANAGER } from '../../model/types.ts';
import type { Owner } from '../plan/types.ts';

export interface ClaimRequest {
  readonly owner: Owner;
  readonly namespace: string;
  /** A person's word for this namespace by name. */
  readonly allowed: boolean;
  readonly signal: AbortSignal;
}

/** The mark of an environment on its namespace. */
export const markOf = ({ instance, delivery, environment }: Owner): string =>
  `${instance}/${delivery}/${environment}`;

/** Who holds a namespace, by its mark. A namespace made before there was a mark carries the labels alone. */
function holderOf(
  live: KubeObject | undefined,
  owner: Owner,
): 'absent' | 'ours' | 'free' | { readonly of: string } {
  if (live === undefined) return 'absent';
  const { annotations = {}, labels = {} } = live.metadata;
  const mark = annotations[ANNOTATIONS.owner];
  if (mark === undefined) {
    const made =
      labels[LABELS.delivery] === owner.delivery && labels[LABELS.environment] === owner.environment;
    return made ? 'ours' : 'free';
  }
  if (mark === markOf(owner)) return 'ours';
  const [instance, ...name] = mark.split('/');
  return { of: instance === owner.instance ? name.join('/') : `${name.join('/')} of another Pilotage` };
}

/** Why an environment may not deliver into a namespace as it is found in the cluster: somebody else's, or not made by Pilotage. */
export async function claimProblem(
  client: KubeClient,
  { owner, namespace, allowed, signal }: ClaimRequest,
): Promise<Problem | undefined> {
  const live = await find(client, namespace, signal);
  if (live === 'unknown') return undefined;
  const whose = holderOf(live, owner);
  const { delivery, environment } = owner;
  if (typeof whose === 'object') return namespaceTaken({ delivery, environment, namespace }, whose.of);
  if (whose !== 'free' || allowed) return undefined;
  return {
    reason: 'NamespaceExists',
    message: `namespace ${namespace} is there already, and was not made for ${delivery}/${environment}`,
    remedy: `If it may deliver there: pilotage connect ${delivery} --allow-namespace ${namespace}`,
  };
}

/** Makes the environment's namespace, or marks the one that is there, then reads who holds it: of two that try at once, one wins. */
export async function claimNamespace(
  client: KubeClient,
  request: ClaimRequest,
): Promise<Problem | undefined> {
  await mark(client, request).catch((error: unknown) => {
    if (!isAlreadyExists(error) && !isConflict(error)) throw error;
  });
  return claimProblem(client, request);
}

async function mark(client: KubeClient, request: ClaimRequest): Promise<void> {
  const { owner, namespace, signal } = request;
  const live = await find(client, namespace, signal);
  if (live === 'unknown' || live?.metadata.annotations?.[ANNOTATIONS.owner] !== undefined) return;
  const annotations = { [ANNOTATIONS.owner]: markOf(owner) };
  const options = { fieldManager: FIELD_MANAGER, signal };
  if (live === undefined) {
    const { delivery, environment } = owner;
    const labels = { [LABELS.delivery]: delivery, [LABELS.environment]: environment };
    const metadata = { name: namespace, labels, annotations };
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata }, options);
    return;
  }
  const { resourceVersion } = live.metadata;
  const metadata = { annotations, ...(resourceVersion ? { resourceVersion } : {}) };
  await client.patch(NAMESPACES, { name: namespace }, { type: 'merge', body: { metadata } }, options);
}

/** A kubeconfig may not show namespaces: then the claims that are recorded at home stand alone. */
const find = (
  client: KubeClient,
  name: string,
  signal: AbortSignal,
): Promise<KubeObject | undefined | 'unknown'> =>
  client
    .get<KubeObject>(NAMESPACES, { name }, { signal })
    .catch(notFoundAsUndefined)
    .catch((error: unknown) => {
      if (isForbidden(error)) return 'unknown' as const;
      throw error;
    });
