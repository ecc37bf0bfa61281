import type { Clock } from './clock.ts';

/** What a worker answers: nothing, or how long from now it wants to see the key again. */
export type Again = undefined | { readonly afterMs: number };

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Works on one key. A rejection is a failure: the key comes back after its back-off. */
  readonly work: (key: string, signal: AbortSignal) => Promise<Again>;
  /** Called with every failure, with the number of failures in a row and the wait that follows. */
  readonly onFailure: (failure: Failure) => void;
  /** Keys worked on at the same time. Default 1. */
  readonly concurrency?: number;
  /** Wait after the first failure, doubled by each further one. Default 50 ms. */
  readonly baseDelayMs?: number;
  /** Default 60 s. */
  readonly maxDelayMs?: number;
}

export interface Failure {
  readonly key: string;
  readonly error: unknown;
  readonly failures: number;
  readonly retryMs: number;
}

/**
 * A queue of keys with the guarantees of client-go's `util/workqueue`: a key that waits is held once however often it is added;
 * a key is never worked on twice at the same time; one that is added while it is worked on is worked on again afterwards.
 * Beyond those: no key is worked on more than 50 times within a second, and keys that call for each other leave the event loop its turns.
 */
export interface WorkQueue {
  /** Work on the key as soon as a worker is free, also when it sits in back-off; later only when it comes too often. */
  add(key: string): void;
  /** Work on the key in `ms`, whatever happens before: of several delays the earliest counts. */
  addAfter(key: string, ms: number): void;
  /** Keys that wait, are delayed, or are worked on. */
  readonly size: number;
  /** Hands out no more keys, aborts the signal of those under way and resolves when they have returned. */
  stop(): Promise<void>;
}

/** Doubles from `base` to `max`. `failures` counts from 1. */
export function backoffMs(failures: number, base: number, max: number): number {
  return Math.min(max, base * 2 ** Math.min(failures - 1, 40));
}

/** What keeps adding a key, the key itself say, has no delay of its own: an honest burst stays far below. */
const BURST = { runs: 50, withinMs: 1_000 };
/** Work that only touches memory never lets the event loop turn, and with it every timer, socket and signal. */
const RUNS_PER_TURN = 200;

/** Counts the runs of each key within the present second. */
function createBurstLimit(clock: Clock): (key: string) => number {
  const runs = new Map<string, number>();
  let begun = clock.monotonic();
  /** Counts one run, or tells how long the key has to wait for it. */
  return (key) => {
    let age = clock.monotonic() - begun;
    if (age >= BURST.withinMs) {
      runs.clear();
      begun += age;
      age = 0;
    }
    const count = (runs.get(key) ?? 0) + 1;
    if (count > BURST.runs) return BURST.withinMs - age;
    runs.set(key, count);
    return 0;
  };
}

interface Delayed {
  readonly due: number;
  readonly cancel: () => void;
}

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { clock, work, onFailure, concurrency = 1, baseDelayMs = 50, maxDelayMs = 60_000 } = options;
  // Sets keep the order of insertion, so the longest-waiting key is the first.
  const waiting = new Set<string>();
  const working = new Map<string, Promise<void>>();
  const addedWhileWorking = new Set<string>();
  const delayed = new Map<string, Delayed>();
  const failures = new Map<string, number>();
  const abort = new AbortController();
  const overdrawn = createBurstLimit(clock);
  let runsThisTurn = 0;

  function add(key: string): void {
    if (abort.signal.aborted) return;
    if (working.has(key)) addedWhileWorking.add(key);
    else waiting.add(key);
    // Later in this turn, so that adding one key many times in a row is one piece of work.
    queueMicrotask(dispatch);
  }

  function addAfter(key: string, ms: number): void {
    if (abort.signal.aborted) return;
    const due = clock.monotonic() + ms;
    const known = delayed.get(key);
    if (known && known.due <= due) return;
    known?.cancel();
    const cancel = clock.after(ms, () => {
      delayed.delete(key);
      add(key);
    });
    delayed.set(key, { due, cancel });
  }

  function dispatch(): void {
    for (const key of waiting) {
      if (working.size >= concurrency || abort.signal.aborted || runsThisTurn >= RUNS_PER_TURN) return;
      waiting.delete(key);
      const waitMs = overdrawn(key);
      if (waitMs > 0) {
        addAfter(key, waitMs);
        continue;
      }
      countRun();
      // Deferred, so that the key counts as worked on before its worker can add it again.
      working.set(
        key,
        Promise.resolve().then(() => run(key)),
      );
    }
  }

  function countRun(): void {
    if (runsThisTurn === 0) {
      setImmediate(() => {
        runsThisTurn = 0;
        dispatch();
      });
    }
    runsThisTurn += 1;
  }

  async function run(key: string): Promise<void> {
    const next = await attempt(key);
    working.delete(key);
    if (addedWhileWorking.delete(key)) add(key);
    if (next) addAfter(key, next.afterMs);
    dispatch();
  }

  async function attempt(key: string): Promise<Again> {
    try {
      const again = await work(key, abort.signal);
      failures.delete(key);
      return again;
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      const retryMs = backoffMs(count, baseDelayMs, maxDelayMs);
      onFailure({ key, error, failures: count, retryMs });
      return { afterMs: retryMs };
    }
  }

  return {
    add,
    addAfter,
    get size() {
      const keys = new Set([...waiting, ...working.keys(), ...delayed.keys()]);
      return keys.size;
    },
    async stop() {
      abort.abort(new Error('the work queue stops'));
      for (const { cancel } of delayed.values()) cancel();
      delayed.clear();
      waiting.clear();
      addedWhileWorking.clear();
      await Promise.all(working.values());
    },
  };
}
