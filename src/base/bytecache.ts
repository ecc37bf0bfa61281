interface Kept<V> {
  readonly value: V;
  readonly bytes: number;
  /** Of the last use, ms. */
  at: number;
}

/** What a burst of work needed is not needed by the next one, a minute later: memory beside the applications is theirs. */
const IDLE_MS = 60_000;

/**
 * A cache bounded by bytes and by time: the least recently used entries go first, and with each new entry go those that were not used
 * for `idleMs`. An entry larger than the whole bound is not kept.
 */
export class ByteCache<K, V> {
  readonly #limit: number;
  readonly #idleMs: number;
  readonly #now: () => number;
  /** Least recently used first. */
  readonly #entries = new Map<K, Kept<V>>();
  #bytes = 0;

  constructor(limit: number, idleMs = IDLE_MS, now: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#idleMs = idleMs;
    this.#now = now;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    // In place: walks over commits come here for every object.
    entry.at = this.#now();
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: K, value: V, bytes: number): void {
    if (bytes > this.#limit) return;
    this.delete(key);
    const at = this.#now();
    this.#entries.set(key, { value, bytes, at });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#limit && entry.at > at - this.#idleMs) break;
      this.delete(oldest);
    }
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }
}

export interface Cache<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V, bytes: number): void;
}

let scopes = 0;

/** A part of a cache whose bound all parts share: what many repositories and packs keep is bounded in all, not for each. */
export function scopeOf<V>(cache: ByteCache<string, V>): Cache<string | number, V> {
  const scope = `${++scopes}:`;
  return {
    get: (key) => cache.get(scope + key),
    set: (key, value, bytes) => cache.set(scope + key, value, bytes),
  };
}
