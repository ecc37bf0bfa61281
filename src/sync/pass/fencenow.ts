import { type Problem, ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Environment } from '../../model/types.ts';
import type { Lookup } from '../../render/recorded.ts';
import { type LookedUp, lookUp } from '../cluster/lookup.ts';
import { situationOf } from '../intake/govern.ts';
import type { Situation } from '../intake/terms.ts';
import type { Fence } from '../plan/fence.ts';
import type { Owner } from '../plan/types.ts';
import type { PassParts } from './parts.ts';

export const ownerOf = (instance: string, { spec }: Environment): Owner => ({
  instance,
  delivery: spec.delivery,
  environment: spec.environment,
});

export function fenceOf(
  { delivery, claimant }: Situation,
  { spec }: Environment,
  foreignNamespaces: 'own' | 'allow',
): Fence {
  const { cluster, namespace, preview } = spec;
  return {
    delivery: spec.delivery,
    environment: spec.environment,
    namespace,
    // A preview has its own namespace alone: what a person allows the delivery was not meant for every branch.
    foreignNamespaces: preview ? 'own' : foreignNamespaces,
    namespaces: preview ? [] : (delivery.spec.namespaces ?? []),
    clusterScoped: preview ? [] : (delivery.spec.clusterScoped ?? []),
    ownerOf: (name) => claimant({ ...(cluster ? { cluster } : {}), namespace: name }),
  };
}

export const deliveryMissing = ({ spec }: Environment): Problem => ({
  reason: 'DeliveryMissing',
  message: `the Delivery ${spec.delivery} is gone, and with it what its environments may use`,
  remedy: `pilotage connect ${spec.delivery} brings it back, as does the next push.`,
});

/** Answers what templates look up. Its fence is found when the first one asks: most charts look up nothing. */
export function lookerFor(
  options: PassParts,
  client: KubeClient,
  environment: Environment,
  signal: AbortSignal,
): (lookup: Lookup) => Promise<LookedUp> {
  let fence: Promise<Fence> | undefined;
  const owner = ownerOf(options.instanceUid, environment);
  return async (lookup) => {
    fence ??= fenceNow(options, environment);
    return lookUp({ client, environment, owner, fence: await fence, signal }, lookup);
  };
}

/** What an environment may read does not depend on what its pilotage.yaml says of writing. */
export async function fenceNow(options: PassParts, environment: Environment): Promise<Fence> {
  const situation = await situationOf(options, environment);
  if (situation === undefined) throw new ProblemError(deliveryMissing(environment));
  return fenceOf(situation, environment, 'allow');
}
