import { type Clock, sleep } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { backoffMs } from '../../../base/queue.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { PODS } from '../../../kube/kinds/resources.data.ts';
import { isConflict, isNotFound } from '../../../kube/values/status.ts';

export interface ConfirmationInput {
  readonly client: KubeClient;
  readonly pod: Pod;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** False once the API has said by itself that the pod is gone. */
  readonly isWanted: () => boolean;
}

const RETRY = { baseMs: 200, maxMs: 5_000 };

/** Tells the API that nothing of a deleted pod runs any more; goes on until it knows. */
export async function confirmDeletion({
  client,
  pod,
  clock,
  logger,
  signal,
  isWanted,
}: ConfirmationInput): Promise<void> {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  for (let failures = 1; isWanted() && !signal.aborted; failures++) {
    try {
      const options = { gracePeriodSeconds: 0, preconditions: { uid }, signal };
      await client.delete(PODS, { namespace, name }, options);
      return;
    } catch (error) {
      // Gone, or another pod has the name by now.
      if (isNotFound(error) || isConflict(error)) return;
      logger.debug({ error: problemOf(error).message }, 'deletion not confirmed yet');
      await sleep(clock, backoffMs(failures, RETRY.baseMs, RETRY.maxMs), signal).catch(() => undefined);
    }
  }
}
