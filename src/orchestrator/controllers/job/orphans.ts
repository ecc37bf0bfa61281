import type { Again } from '../../../base/queue.ts';
import { byController, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { Job, Pod } from '../../../kube/kinds/objects.data.ts';
import { JOBS } from '../../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../../kube/values/status.ts';
import { isOfKind } from '../../../kube/values/types.ts';
import type { ControllerContext } from '../context.ts';
import { controllerOf } from '../controllerref.ts';
import { isJobFinished, isManagedElsewhere } from '../jobs.ts';
import { isTracked } from './podfacts.ts';
import { releasePod } from './release.ts';

/**
 * Whether no Job will take the tracking finalizer off a pod: its own has ended or gone, or it has none (`job_controller.go`
 * syncOrphanPod). `job`: the one that has the name of its controller.
 */
export function isForsaken(pod: Pod, job: Job | undefined): boolean {
  if (!isTracked(pod)) return false;
  const controller = controllerOf(pod);
  if (!controller) return true;
  if (!isOfKind(controller, JOBS)) return false;
  if (job?.metadata.uid !== controller.uid) return true;
  return isJobFinished(job) && !isManagedElsewhere(job);
}

/** Takes the tracking finalizer off pods that no Job counts any more: else they could not be deleted. */
export function createJobOrphanController({
  client,
  clock,
  logger,
  informers,
}: ControllerContext): Controller {
  const { jobs, pods } = informers;
  const podsOf = pods.index((pod) => (isTracked(pod) ? byController(pod) : []));
  const keysOf = ({ metadata }: Job) => podsOf(metadata.uid ?? '').map((pod) => keyOf(pod.metadata));

  async function reconcile(key: string): Promise<Again> {
    const pod = pods.get(splitKey(key));
    if (!pod) return undefined;
    const { namespace = '' } = pod.metadata;
    const name = controllerOf(pod)?.name;
    if (!isForsaken(pod, name === undefined ? undefined : jobs.get({ namespace, name }))) return undefined;
    // The cache may lag behind the creation of a Job: the API decides.
    const live =
      name === undefined ? undefined : await client.get(JOBS, { namespace, name }).catch(notFoundAsUndefined);
    if (isForsaken(pod, live)) await releasePod(client, pod);
    return undefined;
  }

  const controller = createController({
    name: 'job-orphans',
    clock,
    logger,
    watches: [
      watch(pods, (pod) =>
        pod.metadata.deletionTimestamp || !controllerOf(pod) ? [keyOf(pod.metadata)] : [],
      ),
      watch(jobs, (job) => (isJobFinished(job) ? keysOf(job) : [])),
    ],
    reconcile,
  });
  jobs.listen({ delete: (job) => keysOf(job).forEach(controller.enqueue) });
  return controller;
}
