import type { Problem } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { NAMESPACES } from '../../kube/kinds/resources.ts';
import { isAlreadyExists, isConflict, isForbidden, notFoundAsUndefined } from '../../kube/values/status.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { ANNOTATIONS, LABELS } from '../../model/annotations.ts';
import { namespaceTaken } from '../../model/namespaces.ts';
import { FIELD_MANAGER } from '../../model/types.ts';
import type { Owner } from '../plan/types.ts';

export interface GroundsRequest {
  readonly owner: Owner;
  readonly namespace: string;
  /** A person's word for this namespace by name. */
  readonly allowed: boolean;
  readonly signal: AbortSignal;
}

const markOf = ({ instance, delivery, environment }: Owner): string =>
  `${instance}/${delivery}/${environment}`;

/** Whose a namespace is, by what stands on it. Those that were made before there was a mark carry the labels alone. */
function standing(
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

/** Why an environment may not deliver into a namespace as it is found in the cluster: somebody else's, or made by nobody we know. */
export async function groundsProblem(
  client: KubeClient,
  { owner, namespace, allowed, signal }: GroundsRequest,
): Promise<Problem | undefined> {
  const live = await find(client, namespace, signal);
  if (live === 'unknown') return undefined;
  const whose = standing(live, owner);
  const { delivery, environment } = owner;
  if (typeof whose === 'object') return namespaceTaken({ delivery, environment, namespace }, whose.of);
  if (whose !== 'free' || allowed) return undefined;
  return {
    reason: 'NamespaceExists',
    message: `namespace ${namespace} is there already, and was not made for ${delivery}/${environment}`,
    remedy: `If it may deliver there: pilotage connect ${delivery} --allow-namespace ${namespace}`,
  };
}

/** Makes the environment's namespace, or marks the one that is there, and looks whose it is then: of two that try at once, one has it. */
export async function claimNamespace(
  client: KubeClient,
  request: GroundsRequest,
): Promise<Problem | undefined> {
  await mark(client, request).catch((error: unknown) => {
    if (!isAlreadyExists(error) && !isConflict(error)) throw error;
  });
  return groundsProblem(client, request);
}

async function mark(client: KubeClient, request: GroundsRequest): Promise<void> {
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
