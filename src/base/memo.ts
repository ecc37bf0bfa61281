/** The last `capacity` results by key; reading one makes it the newest. */
export interface Memo<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

export function createMemo<T>(capacity: number): Memo<T> {
  // A Map iterates in the order of insertion, so its first key is the oldest.
  const entries = new Map<string, T>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const oldest = entries.size > capacity ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
    },
  };
}
