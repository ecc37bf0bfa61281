import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Again } from '../../base/queue.ts';
import { createController, type Watch } from '../../kube/client/controller.ts';

export interface WritesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** All that decisions read; their keys are those of pods. */
  readonly watches: readonly Watch[];
  /** Another one can be submitted. */
  readonly onRoom: () => void;
}

/** What was decided about pods, on its way to the API. */
export interface Writes {
  /** False before all caches are filled, too. */
  readonly haveRoom: boolean;
  /** Called again when it asks for it or when it fails, in a while, or at a change that concerns the pod; instead of an earlier one for that pod. */
  submit(key: string, write: Write): void;
  start(signal: AbortSignal): void;
  stop(): Promise<void>;
}

type Write = () => Promise<Again>;

/** They are synced to disk together. */
const MOST = 64;

export function createWrites({ clock, logger, watches, onRoom }: WritesOptions): Writes {
  const writes = new Map<string, Write>();
  /** Those that have not been tried yet. */
  const fresh = new Set<string>();
  let isReady = false;

  async function reconcile(key: string): Promise<Again> {
    const write = writes.get(key);
    if (!write) return undefined;
    try {
      const again = await write();
      if (!again && writes.get(key) === write) writes.delete(key);
      return again;
    } finally {
      if (writes.get(key) === write || !writes.has(key)) fresh.delete(key);
      onRoom();
    }
  }

  const controller = createController({
    name: 'scheduler',
    clock,
    logger,
    concurrency: MOST,
    watches,
    reconcile,
  });

  return {
    get haveRoom() {
      return isReady && fresh.size < MOST;
    },
    submit(key, write) {
      writes.set(key, write);
      fresh.add(key);
      controller.enqueue(key);
    },
    start(signal) {
      controller.start(signal);
      Promise.all(watches.map(({ synced }) => synced)).then(
        () => {
          isReady = true;
          onRoom();
        },
        () => logger.debug({}, 'the scheduler stopped before its first list'),
      );
    },
    stop: controller.stop,
  };
}
