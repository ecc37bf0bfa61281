import { errnoOf, type Problem, ProblemError, problemOf } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined, StatusError } from '../../kube/values/status.ts';
import { clusterNotAllowed } from '../../model/environments.ts';
import { DELIVERIES, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import type { SyncOptions } from '../options.ts';

/**
 * The cluster of an environment. Whether its delivery may use it is asked at every use: a permission that was withdrawn
 * must hold for a plan, a pin and a rollback too. Rejects with ProblemError.
 */
export async function clientOf(
  { home, clusterFor }: Pick<SyncOptions, 'home' | 'clusterFor'>,
  { spec }: Environment,
): Promise<KubeClient> {
  const { cluster, delivery: name } = spec;
  if (cluster === undefined) return home;
  const key = { namespace: PILOTAGE_NAMESPACE, name };
  const delivery = await home.get(DELIVERIES, key).catch(notFoundAsUndefined);
  if (!delivery?.spec.clusters?.includes(cluster)) throw new ProblemError(clusterNotAllowed(name, cluster));
  return clusterFor(cluster);
}

/** Why an environment could not be worked on, naming its cluster where that is to blame. */
export function problemOfPass({ spec }: Environment, error: unknown): Problem {
  const { cluster } = spec;
  if (cluster === undefined || error instanceof ProblemError) return problemOf(error);
  const code = errnoOf(error);
  const said = problemOf(error).message || code;
  if (error instanceof StatusError) {
    return {
      reason: error.code === 401 ? 'ClusterUnauthorized' : 'ClusterRefused',
      message: `cluster ${cluster} refuses: ${said}`,
      ...(error.code === 401
        ? { remedy: `Renew the credentials of context ${cluster} in the kubeconfig.` }
        : {}),
    };
  }
  if (code === undefined) return problemOf(error);
  return {
    reason: 'ClusterUnreachable',
    message: `cluster ${cluster} does not answer: ${said}`,
    remedy: 'What is deployed there stays as it is; it is asked again, and other environments go on.',
  };
}
