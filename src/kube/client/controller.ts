import { onAbort } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type Again, createWorkQueue, type Failure } from '../../base/queue.ts';
import { isConflict } from '../values/status.ts';
import type { KubeObject } from '../values/types.ts';
import type { Informer } from './informer.ts';

/** An informer, and the keys that one of its changes concerns. Made by `watch`. */
export interface Watch {
  readonly synced: Promise<void>;
  start(signal: AbortSignal): void;
  connect(enqueue: (key: string) => void): () => void;
}

/** `keys` is called for the object after a change (for a deletion: as it was last) and for the one before it. */
export function watch<T extends KubeObject>(
  informer: Informer<T>,
  keys: (object: T) => readonly string[],
): Watch {
  return {
    synced: informer.synced,
    start: (signal) => informer.start(signal),
    connect(enqueue) {
      const all = (object: T) => keys(object).forEach(enqueue);
      return informer.listen({
        add: all,
        update(object, before) {
          all(before);
          all(object);
        },
        delete: all,
      });
    },
  };
}

export interface ControllerOptions {
  /** In logs: `deployment`. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** All informers whose caches `reconcile` reads: it is called only when all have their first list. */
  readonly watches: readonly Watch[];
  /** Brings what is to what should be, for one key; level-triggered: it observes, whatever the change was. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Again>;
  /** Keys at the same time. Default 4. */
  readonly concurrency?: number;
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
}

export interface Controller {
  /** Starts the informers too (those that already run are left alone). */
  start(signal: AbortSignal): void;
  enqueue(key: string): void;
  enqueueAfter(key: string, ms: number): void;
  /** Keys that wait or are worked on. */
  readonly size: number;
  /** Resolves when the reconciliations under way have returned. */
  stop(): Promise<void>;
}

export function createController(options: ControllerOptions): Controller {
  const { name, clock, watches, reconcile, concurrency = 4, baseDelayMs, maxDelayMs } = options;
  const logger = options.logger.child({ controller: name });
  let disconnect: (() => void)[] = [];
  let ready = false;

  const queue = createWorkQueue({
    clock,
    concurrency,
    ...(baseDelayMs === undefined ? {} : { baseDelayMs }),
    ...(maxDelayMs === undefined ? {} : { maxDelayMs }),
    work: reconcile,
    onFailure: (failure) => report(logger, failure),
  });
  /** What arrives before all caches are filled waits here. */
  const early = new Set<string>();

  function enqueue(key: string): void {
    if (ready) queue.add(key);
    else early.add(key);
  }

  async function open(): Promise<void> {
    await Promise.all(watches.map((one) => one.synced));
    ready = true;
    for (const key of early) queue.add(key);
    early.clear();
  }

  async function stop(): Promise<void> {
    for (const end of disconnect) end();
    disconnect = [];
    await queue.stop();
  }

  return {
    start(signal) {
      disconnect = watches.map((one) => one.connect(enqueue));
      for (const one of watches) one.start(signal);
      onAbort(signal, () => void stop());
      open().catch(() => logger.debug({}, 'stopped before the first list'));
    },
    enqueue,
    enqueueAfter: (key, ms) => queue.addAfter(key, ms),
    get size() {
      return queue.size + early.size;
    },
    stop,
  };
}

/** A conflict is the normal way to learn that the cache was stale; only a stubborn failure is worth a person's eye. */
function report(logger: Logger, { key, error, failures, retryMs }: Failure): void {
  const fields = { key, failures, retryMs, error: problemOf(error).message };
  if (isConflict(error) && failures < 5) logger.debug(fields, 'again after a conflict');
  else logger.error(fields, 'reconcile failed');
}
