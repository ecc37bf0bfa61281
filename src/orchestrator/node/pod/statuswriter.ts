import { type Clock, sleep } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { backoffMs } from '../../../base/queue.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { Pod, PodStatus } from '../../../kube/kinds/objects.data.ts';
import { PODS } from '../../../kube/kinds/resources.data.ts';
import { isConflict, isNotFound } from '../../../kube/values/status.ts';
import type { Json } from '../../../kube/values/types.ts';
import { conditionsPatch } from './conditions.ts';
import { sameStatus } from './status.ts';

export interface StatusWriter {
  /** Says what the API should show; the latest wins, and what it shows already is not written again. */
  set(status: PodStatus): void;
  /** What the API shows: somebody else may have written since. */
  observe(status: PodStatus | undefined): void;
  /** Resolves when the API shows it, or does not know this pod any more. */
  settled(): Promise<void>;
}

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly pod: Pod;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const RETRY = { baseMs: 200, maxMs: 5_000 };

export function createStatusWriter({
  client,
  pod,
  clock,
  logger,
  signal,
}: StatusWriterOptions): StatusWriter {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  let shown: PodStatus | undefined = pod.status;
  let wanted: PodStatus | undefined;
  let writing: Promise<void> | undefined;
  let gone = false;

  async function write(status: PodStatus): Promise<void> {
    // The uid makes a pod of the same name that came later answer Conflict (kubelet `util/pod/pod.go` PatchPodStatus).
    const patched = { ...status, conditions: conditionsPatch(status.conditions ?? []) };
    const body = JSON.parse(JSON.stringify({ metadata: { uid }, status: patched })) as Json;
    await client.patch(
      PODS,
      { namespace, name },
      { type: 'strategic', body },
      { subresource: 'status', fieldManager: 'pilotage-agent', signal },
    );
    shown = status;
  }

  async function writeAll(): Promise<void> {
    // Not before the caller holds the promise, which the end of this function clears.
    await Promise.resolve();
    let failures = 0;
    while (wanted && !sameStatus(shown, wanted) && !gone && !signal.aborted) {
      const status = wanted;
      try {
        await write(status);
        failures = 0;
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) gone = true;
        else {
          failures++;
          logger.debug({ error: problemOf(error).message, failures }, 'status not written yet');
          await sleep(clock, backoffMs(failures, RETRY.baseMs, RETRY.maxMs), signal).catch(() => undefined);
        }
      }
    }
    writing = undefined;
  }

  return {
    set(status) {
      wanted = status;
      writing ??= writeAll();
    },
    observe(status) {
      if (!writing) shown = status;
    },
    async settled() {
      while (writing) await writing;
    },
  };
}
