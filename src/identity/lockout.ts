import type { Clock } from '../base/clock.ts';

/** So many guesses are free: people mistype. */
const FREE = 5;
const FIRST_MS = 5_000;
const MOST_MS = 15 * 60_000;
/** Names are whatever a stranger sends; the oldest are forgotten. */
const MOST_NAMES = 10_000;

interface Failures {
  readonly count: number;
  /** Wall time in milliseconds. */
  readonly until: number;
}

/** Failed sign-ins by name, of names that nobody has as well: the answer does not tell which exist. */
export interface Lockout {
  /** Milliseconds until the name may try again; 0: now. */
  waitMs(name: string): number;
  failed(name: string): void;
  succeeded(name: string): void;
}

/** Provider → names, those that failed last at the end: what outlives the process. */
export type LockoutRecord = Readonly<
  Record<string, readonly (readonly [name: string, failures: Failures])[]>
>;

export interface Lockouts {
  /** Each provider counts for itself. */
  of(provider: string): Lockout;
  record(): LockoutRecord;
}

export interface LockoutsOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** What was recorded before. */
  readonly kept?: LockoutRecord | undefined;
  /** The record has changed. */
  readonly changed?: () => void;
}

export function createLockouts({ clock, kept = {}, changed = () => {} }: LockoutsOptions): Lockouts {
  const providers = new Map(Object.entries(kept).map(([provider, names]) => [provider, new Map(names)]));
  return {
    of(provider) {
      const failures = providers.get(provider) ?? new Map<string, Failures>();
      providers.set(provider, failures);
      return lockoutOf(failures, clock, changed);
    },
    record: () => Object.fromEntries([...providers].map(([provider, names]) => [provider, [...names]])),
  };
}

const lockoutOf = (
  failures: Map<string, Failures>,
  clock: Pick<Clock, 'now'>,
  changed: () => void,
): Lockout => ({
  waitMs: (name) => Math.max(0, (failures.get(name)?.until ?? 0) - clock.now()),
  failed(name) {
    const count = (failures.get(name)?.count ?? 0) + 1;
    // Last in the order of the map, which is that of forgetting.
    failures.delete(name);
    failures.set(name, { count, until: clock.now() + lockMs(count) });
    const oldest = failures.keys().next();
    if (failures.size > MOST_NAMES && !oldest.done) failures.delete(oldest.value);
    changed();
  },
  succeeded(name) {
    if (failures.delete(name)) changed();
  },
});

/** After so many failures in a row: nothing for five, then 5 s, doubled each time, up to a quarter of an hour. */
export const lockMs = (count: number): number =>
  count < FREE ? 0 : Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(count - FREE, 20));
