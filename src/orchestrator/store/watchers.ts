import { collectionOf } from './keys.ts';
import type { Change, Watcher } from './types.ts';

/** Live watchers by collection, so that a change is only offered to watchers that may want it. */
export class Watchers {
  readonly #byCollection = new Map<string, Set<BufferedWatcher>>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** `backlog` is delivered first, however long it is. */
  add(prefix: string, backlog: readonly Change[]): Watcher {
    const collection = collectionOf(prefix);
    const peers = this.#byCollection.get(collection) ?? new Set();
    this.#byCollection.set(collection, peers);
    const watcher = new BufferedWatcher(prefix, backlog, this.#capacity, () => peers.delete(watcher));
    peers.add(watcher);
    return watcher;
  }

  publish(change: Change): void {
    for (const watcher of this.#byCollection.get(collectionOf(change.key)) ?? []) watcher.offer(change);
  }

  closeAll(): void {
    for (const peers of this.#byCollection.values()) for (const watcher of [...peers]) watcher.close();
  }
}

class BufferedWatcher implements Watcher {
  #buffer: Change[];
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #prefix: string;
  readonly #capacity: number;
  readonly #onEnd: () => void;

  constructor(prefix: string, backlog: readonly Change[], capacity: number, onEnd: () => void) {
    this.#prefix = prefix;
    this.#buffer = backlog.filter((change) => change.key.startsWith(prefix));
    this.#capacity = Math.max(capacity, this.#buffer.length + capacity);
    this.#onEnd = onEnd;
  }

  offer(change: Change): void {
    if (!change.key.startsWith(this.#prefix)) return;
    // Too slow: it still gets what is buffered, which has no gap, and resumes from there with a new watch.
    if (this.#buffer.length >= this.#capacity) this.#end();
    else this.#buffer.push(change);
    this.#wake?.();
  }

  async next(): Promise<readonly Change[] | undefined> {
    if (this.#buffer.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    if (this.#buffer.length === 0 && this.#ended) return undefined;
    const changes = this.#buffer;
    this.#buffer = [];
    return changes;
  }

  wake(): void {
    this.#wake?.();
  }

  close(): void {
    this.#buffer = [];
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    this.#wake?.();
  }
}
