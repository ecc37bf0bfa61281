/** So many at once, and as many again over `perMs`. */
export interface Allowance {
  readonly most: number;
  readonly perMs: number;
}

/** How many keys are remembered: the one that asked longest ago makes way. */
const MOST_KEYS = 10_000;

/** Counts by key, within bounds of memory; the time is passed in, in milliseconds. */
export function createRate({ most, perMs }: Allowance): {
  /** Takes one; milliseconds until there is one again where there is none, else 0. */
  take(key: string, now: number): number;
  /** Gives one back. */
  giveBack(key: string): void;
} {
  const known = new Map<string, { left: number; at: number }>();
  return {
    take(key, now) {
      const before = known.get(key) ?? { left: most, at: now };
      const left = Math.min(most, before.left + (Math.max(0, now - before.at) * most) / perMs);
      known.delete(key);
      known.set(key, { left: left >= 1 ? left - 1 : left, at: now });
      const [oldest] = known.keys();
      if (known.size > MOST_KEYS && oldest !== undefined) known.delete(oldest);
      return left >= 1 ? 0 : Math.ceil(((1 - left) * perMs) / most);
    },
    giveBack(key) {
      const entry = known.get(key);
      if (entry) entry.left = Math.min(most, entry.left + 1);
    },
  };
}
