import type { Problem } from '../../base/errors.ts';
import { backoffMs } from '../../base/queue.ts';

/**
 * What may fail for an environment, and how soon it is tried again: `firstMs` after the first failure, doubled by each further one, `mostMs` at
 * most. Failures of a cause are counted while its key stays the same; success, another key or a person's word (`pilotage sync`) ends the count.
 */
export const PACES = {
  /** A pass threw: the cluster, git or the store failed in a way that no pass foresees. The work queue counts, until a pass returns. */
  pass: { firstMs: 500, mostMs: 60_000 },
  /** The revision does not render, or its images do not build. Key: revision, path, namespace, pin. */
  source: { firstMs: 1_000, mostMs: 300_000 },
  /** What was rendered cannot be placed, or the server refuses to have it written. Key: revision and writes of the plan. */
  deploy: { firstMs: 1_000, mostMs: 300_000 },
} as const;

/** So often within so long is one object healed. Beyond that somebody is fighting over it, and reporting is better than fighting. */
export const HEALING = { times: 6, withinMs: 60_000 } as const;

/** When to look again although nothing has failed, in milliseconds. */
export const LOOKS = {
  /** At an environment that is waited for; no event wakes who waits. */
  dependency: 2000,
  /** Bursts of changes (a rollout moves many pods) are looked at together. Far below the two seconds that drift may live. */
  settle: 50,
  /** A deletion is mostly done when it is answered, and its event may come before anybody watches for it. */
  deletion: 200,
  /** An environment was created: so soon its first commit should be recorded. */
  firstCommit: 1_000,
  /** While a hook of another revision works: it has a deadline, and nothing may tell of its end. */
  hooks: 15_000,
  /** While an environment is being deleted. */
  teardown: 500,
  /** Gates open by time, by approval, by the health of another environment: while something waits for them. */
  gates: 2_000,
  /** Even when nothing wakes it: a watch can die in silence. */
  resync: 300_000,
} as const;

/** The causes whose failures are counted here. */
export type Cause = Exclude<keyof typeof PACES, 'pass'>;

export interface Failure {
  readonly key: string;
  /** In a row, from 1. */
  readonly count: number;
  /** Monotonic milliseconds. */
  readonly retryAt: number;
  /** What is reported while it waits. */
  readonly problems: readonly Problem[];
}

/** The pace of one environment: a value; every function below gives the next one. Times are monotonic milliseconds. */
export interface Pacing {
  readonly failures: { readonly [C in Cause]?: Failure };
  /** `refKey` → when the object was healed, within the last `HEALING.withinMs`. */
  readonly heals: ReadonlyMap<string, readonly number[]>;
}

export const UNPACED: Pacing = { failures: {}, heals: new Map() };

/** An attempt has ended: with problems its cause waits, without any the cause's count ends. */
export function afterAttempt(
  pacing: Pacing,
  cause: Cause,
  { key, problems }: Pick<Failure, 'key' | 'problems'>,
  now: number,
): Pacing {
  const { [cause]: before, ...others } = pacing.failures;
  if (problems.length === 0) return before ? { ...pacing, failures: others } : pacing;
  const count = (before?.key === key ? before.count : 0) + 1;
  const { firstMs, mostMs } = PACES[cause];
  const retryAt = now + backoffMs(count, firstMs, mostMs);
  return { ...pacing, failures: { ...others, [cause]: { key, count, retryAt, problems } } };
}

/** The failure for which an attempt of the same key has to wait; undefined: it may be made now. */
export function waitingFailure(
  { failures }: Pacing,
  cause: Cause,
  key: string,
  now: number,
): Failure | undefined {
  const failure = failures[cause];
  return failure?.key === key && now < failure.retryAt ? failure : undefined;
}

/** Milliseconds until a cause is tried again; undefined where it has not failed. */
export function retryMs({ failures }: Pacing, cause: Cause, now: number): number | undefined {
  const failure = failures[cause];
  return failure && Math.max(0, failure.retryAt - now);
}

export interface Allowance {
  readonly pacing: Pacing;
  /** Objects that are not healed now. */
  readonly refused: ReadonlySet<string>;
  /** Milliseconds until the first of those may be healed. */
  readonly retryMs?: number;
}

/** Takes one heal each from the budget of these objects (`refKey`). */
export function takeHeals(pacing: Pacing, keys: readonly string[], now: number): Allowance {
  const heals = new Map(
    [...pacing.heals].flatMap(([key, times]) => {
      const recent = times.filter((at) => now - at < HEALING.withinMs);
      return recent.length > 0 ? [[key, recent] as const] : [];
    }),
  );
  const waits = new Map<string, number>();
  for (const key of keys) {
    const used = heals.get(key) ?? [];
    const [oldest] = used;
    if (oldest !== undefined && used.length >= HEALING.times) waits.set(key, oldest + HEALING.withinMs - now);
    else heals.set(key, [...used, now]);
  }
  const refused = new Set(waits.keys());
  const next = { ...pacing, heals };
  return waits.size === 0
    ? { pacing: next, refused }
    : { pacing: next, refused, retryMs: Math.min(...waits.values()) };
}
