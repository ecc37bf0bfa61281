import { tooOld } from './failures.ts';
import type { Change, Entry, HistoryPolicy } from './types.ts';

/** Compacting at each change would be exact, but slow. */
const OVERFULL = 1.5;

const sizeOf = ({ entry }: Change): number => entry.bytes().length;

interface Remembered {
  readonly change: Change;
  readonly at: number;
}

/**
 * The changes from which watches and paged lists can resume: a window that ends at the newest revision.
 * `compacted` is the last revision that is gone; every later one is here.
 */
export class History {
  #window: Remembered[] = [];
  #bytes = 0;
  #compacted: number;
  readonly #policy: HistoryPolicy;

  constructor(compacted: number, policy: HistoryPolicy) {
    this.#compacted = compacted;
    this.#policy = policy;
  }

  get compacted(): number {
    return this.#compacted;
  }

  add(change: Change, at: number): void {
    this.#window.push({ change, at });
    this.#bytes += sizeOf(change);
  }

  /** Whether so much more is held than the policy allows that compaction should not wait. */
  get isOverfull(): boolean {
    const { maxChanges, maxBytes = Number.POSITIVE_INFINITY } = this.#policy;
    return this.#bytes > OVERFULL * maxBytes || this.#window.length > OVERFULL * maxChanges;
  }

  /** Changes after `revision`, oldest first. */
  since(revision: number): Change[] {
    if (revision < this.#compacted) throw tooOld(revision, this.#compacted);
    return this.#window.slice(this.#indexAfter(revision)).map((remembered) => remembered.change);
  }

  /** `now` with every change after `revision` undone: the state at `revision`, ordered by key. */
  rewind(now: readonly Entry[], prefix: string, revision: number): Entry[] {
    const undone = this.since(revision).filter((change) => change.key.startsWith(prefix));
    if (undone.length === 0) return [...now];
    const state = new Map(now.map((entry) => [entry.key, entry]));
    for (const change of undone.reverse()) {
      if (change.previous) state.set(change.key, change.previous);
      else state.delete(change.key);
    }
    return [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Drops the changes that the policy does not keep, and returns them, oldest first. */
  compact(now: number): Change[] {
    const { maxChanges, maxBytes = Number.POSITIVE_INFINITY, maxAgeMs } = this.#policy;
    const surplus = this.#window.length - maxChanges;
    let count = 0;
    for (const { change, at } of this.#window) {
      if (count >= surplus && this.#bytes <= maxBytes && now - at < maxAgeMs) break;
      this.#bytes -= sizeOf(change);
      count++;
    }
    const forgotten = this.#window.splice(0, count).map((remembered) => remembered.change);
    this.#compacted = forgotten.at(-1)?.revision ?? this.#compacted;
    return forgotten;
  }

  #indexAfter(revision: number): number {
    let [low, high] = [0, this.#window.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#window[middle]?.change.revision ?? Infinity) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
