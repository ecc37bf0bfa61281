/** So many times within so long is one object healed; then somebody is fighting, and telling is better than fighting. */
const HEALS = 6;
const WINDOW_MS = 60_000;

/** Rate budget of healing, per object. Times are monotonic milliseconds. */
export interface HealBudget {
  /** Uses one heal; false when there is none left. */
  take(key: string, now: number): boolean;
  /** Milliseconds until the object may be healed again; 0: now. */
  wait(key: string, now: number): number;
  reset(): void;
}

export function createHealBudget(): HealBudget {
  const heals = new Map<string, readonly number[]>();
  const recent = (key: string, now: number) => (heals.get(key) ?? []).filter((at) => now - at < WINDOW_MS);
  return {
    take(key, now) {
      const used = recent(key, now);
      if (used.length >= HEALS) return false;
      heals.set(key, [...used, now]);
      return true;
    },
    wait(key, now) {
      const used = recent(key, now);
      return used.length < HEALS ? 0 : (used[0] ?? now) + WINDOW_MS - now;
    },
    reset: () => heals.clear(),
  };
}
