import { collectionOf } from './keys.ts';
import type { LogRow } from './rows.ts';
import type { Entry } from './types.ts';

/** A write that waits for its batch. */
export interface Staged {
  readonly type: 'put' | 'delete';
  readonly entry: Entry;
  readonly resolve: (entry: Entry) => void;
  readonly reject: (error: Error) => void;
}

export const rowOf = ({ type, entry }: Staged): LogRow => ({
  revision: entry.revision,
  key: entry.key,
  type,
  json: entry.bytes(),
});

export interface BatchSteps {
  /** Makes a batch durable. */
  commit(batch: readonly Staged[]): Promise<void>;
  /** Called in order for every write of a durable batch, before its promise resolves. */
  publish(staged: Staged): void;
}

/** Beyond this a batch would delay its first writer for too long, and overrun the buffers of watchers. */
const MAX_BATCH = 512;

/**
 * Group commit: while one batch is written to disk the next one is collected, so that concurrent writers share
 * a sync. Conflict checks include staged writes; only durable ones are published and acknowledged.
 */
export class GroupCommit {
  #queue: Staged[] = [];
  /** Newest staged write per key, by collection: all of them are in the queue or in flight. */
  readonly #latest = new Map<string, Map<string, Staged>>();
  #newest: Promise<unknown> = Promise.resolve();
  #running: Promise<void> | undefined;
  readonly #steps: BatchSteps;

  constructor(steps: BatchSteps) {
    this.#steps = steps;
  }

  /** The newest staged write of a key. */
  staged(key: string): Staged | undefined {
    return this.#latest.get(collectionOf(key))?.get(key);
  }

  /** The newest staged writes of a collection, undefined where there are none: other collections' cost nothing. */
  stagedIn(collection: string): Iterable<Staged> | undefined {
    return this.#latest.get(collection)?.values();
  }

  add(type: Staged['type'], entry: Entry): Promise<Entry> {
    const durable = new Promise<Entry>((resolve, reject) => {
      const staged = { type, entry, resolve, reject };
      this.#queue.push(staged);
      const collection = collectionOf(entry.key);
      const peers = this.#latest.get(collection) ?? new Map<string, Staged>();
      this.#latest.set(collection, peers.set(entry.key, staged));
    });
    this.#newest = durable;
    this.#running ??= this.#run();
    return durable;
  }

  /** Resolves when all writes staged so far are durable, rejects when one failed: writes become durable in order. */
  async settled(): Promise<void> {
    if (this.#latest.size > 0) await this.#newest;
  }

  /** Resolves when nothing is staged, whether the writes succeeded or failed. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Writers of the same turn of the event loop belong to the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, MAX_BATCH);
      try {
        await this.#steps.commit(batch);
      } catch (error) {
        this.#fail(batch, error instanceof Error ? error : new Error(String(error)));
        continue;
      }
      for (const staged of batch) {
        this.#forget(staged);
        this.#steps.publish(staged);
      }
      for (const staged of batch) staged.resolve(staged.entry);
    }
    this.#running = undefined;
  }

  #forget(staged: Staged): void {
    const { key } = staged.entry;
    const collection = collectionOf(key);
    const peers = this.#latest.get(collection);
    if (peers?.get(key) !== staged) return;
    peers.delete(key);
    if (peers.size === 0) this.#latest.delete(collection);
  }

  /** Writes that were staged behind a failed batch are based on a state that never existed. */
  #fail(batch: readonly Staged[], error: Error): void {
    const dropped = [...batch, ...this.#queue];
    this.#queue = [];
    this.#latest.clear();
    for (const staged of dropped) staged.reject(error);
  }
}
