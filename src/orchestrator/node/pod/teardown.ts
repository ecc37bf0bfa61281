import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { PodContext } from './context.ts';
import { confirmDeletion } from './deletion.ts';
import { forgetPodRecord, removePodFiles, removeVolumes } from './podrecord.ts';
import type { PodView } from './view.ts';

export interface TeardownOptions {
  readonly context: PodContext;
  readonly uid: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Resolves when no new connection reaches the pod any more. */
  readonly release: () => Promise<void>;
  /** Resolves when the API has the last status. */
  readonly statusSettled: () => Promise<void>;
  /** False once the API has said by itself that the pod is gone. */
  readonly isKnown: () => boolean;
  readonly onFailure: () => void;
}

/** The last that is done for a pod of which nothing runs any more. */
export interface Teardown {
  readonly begun: boolean;
  begin(view: PodView): void;
  /** Gives back what a pod that has come to its end holds of this node, once; it is kept so that people can see how, until it is deleted. */
  rest(): void;
}

const RETRY_MS = 5_000;

export function createTeardown(options: TeardownOptions): Teardown {
  const { context, uid, logger, signal, release, statusSettled, isKnown, onFailure } = options;
  let begun = false;
  let rests = false;

  const logFailure = (error: unknown): void =>
    logger.error({ error: problemOf(error).message }, 'forgetting a pod failed');

  async function forget(view: PodView): Promise<void> {
    if (view.ending?.reason === 'deleted') {
      await release();
      await statusSettled();
      await confirmDeletion({ ...context, pod: view.pod, logger, signal, isWanted: isKnown });
    }
    if (signal.aborted) return;
    forgetPodRecord(context.root, uid);
    await context.runtime.removeSandbox(uid);
    await removePodFiles(context.root, uid);
    context.onGone(uid);
  }

  async function giveBack(): Promise<void> {
    await context.runtime.stopSandbox(uid);
    await removeVolumes(context.root, uid);
  }

  return {
    get begun() {
      return begun;
    },
    begin(view) {
      // Its owner deletes a pod that has failed.
      if (begun || view.ending?.failure) return;
      begun = true;
      forget(view).catch((error: unknown) => {
        begun = false;
        logFailure(error);
        context.clock.after(RETRY_MS, onFailure);
      });
    },
    rest() {
      if (begun || rests) return;
      rests = true;
      giveBack().catch((error: unknown) => {
        rests = false;
        logFailure(error);
        context.clock.after(RETRY_MS, onFailure);
      });
    },
  };
}
