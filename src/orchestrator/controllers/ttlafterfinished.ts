import type { Again } from '../../base/queue.ts';
import { keyOf, splitKey } from '../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import type { Job } from '../../kube/kinds/objects.data.ts';
import { JOBS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { ControllerContext } from './context.ts';
import { finishedCondition } from './jobs.ts';

/**
 * Milliseconds until a Job that has ended has been kept for long enough, 0 or less when it is due; undefined: it is kept (KEP-592,
 * Kubernetes `ttlafterfinished_controller.go`).
 */
export function expiresInMs(job: Job, now: number): number | undefined {
  const { ttlSecondsAfterFinished: ttl } = job.spec;
  const ended = finishedCondition(job)?.lastTransitionTime;
  if (ttl === undefined || ended === undefined || job.metadata.deletionTimestamp) return undefined;
  return Date.parse(ended) + ttl * 1000 - now;
}

/** Deletes Jobs some time after they have ended, with their pods. */
export function createTtlController({ client, clock, logger, informers }: ControllerContext): Controller {
  const { jobs } = informers;

  async function reconcile(key: string): Promise<Again> {
    const job = jobs.get(splitKey(key));
    const leftMs = job && expiresInMs(job, clock.now());
    if (leftMs === undefined) return undefined;
    if (leftMs > 0) return { afterMs: leftMs };
    // Somebody may have changed the time meanwhile: the API decides.
    const live = await client.get(JOBS, splitKey(key)).catch(notFoundAsUndefined);
    const liveMs = live && expiresInMs(live, clock.now());
    if (liveMs === undefined) return undefined;
    if (liveMs > 0) return { afterMs: liveMs };
    const { uid = '', resourceVersion = '' } = live?.metadata ?? {};
    await client
      .delete(JOBS, splitKey(key), {
        propagationPolicy: 'Foreground',
        preconditions: { uid, resourceVersion },
      })
      .catch(notFoundAsUndefined);
    return undefined;
  }

  return createController({
    name: 'ttl-after-finished',
    clock,
    logger,
    watches: [watch(jobs, (job) => [keyOf(job.metadata)])],
    reconcile,
  });
}
