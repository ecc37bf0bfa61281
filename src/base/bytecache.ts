/** A cache bounded by bytes; what was used longest ago goes first. An entry larger than the whole bound is not kept. */
export class ByteCache<K, V> {
  readonly #limit: number;
  readonly #entries = new Map<K, { readonly value: V; readonly bytes: number }>();
  #bytes = 0;
  constructor(limit: number) {
    this.#limit = limit;
  }
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }
  set(key: K, value: V, bytes: number): void {
    if (bytes > this.#limit) return;
    this.delete(key);
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limit) break;
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
