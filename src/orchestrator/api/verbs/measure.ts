import { onAbort } from '../../../base/abort.ts';
import { type Clock, sleep } from '../../../base/clock.ts';

/** What was used up to a moment (ms since the epoch), by the names of what used it. */
export interface Sample {
  readonly at: number;
  readonly used: readonly {
    readonly name: string;
    readonly cpuNanoseconds: number;
    readonly memoryBytes: number;
  }[];
}

/** Use over a window: thousand-millionths of a processor, and bytes at its end. */
export interface Usage {
  readonly at: number;
  readonly windowMs: number;
  readonly used: readonly {
    readonly name: string;
    readonly nanoCores: number;
    readonly memoryBytes: number;
  }[];
}

export interface Meter {
  /** Takes one sample, or two where the last one is too old or too near. undefined: none, or what is measured has just begun. */
  measure(
    key: string,
    take: (signal: AbortSignal) => Promise<Sample | undefined>,
    signal: AbortSignal,
  ): Promise<Usage | undefined>;
}

/** Counters of processes move in steps of 10 ms: a shorter window would say little. */
const LEAST_WINDOW_MS = 1_000;
const LONGEST_WINDOW_MS = 60_000;
/** How long a node may take to answer: one that hangs must not hold the others up. */
const ANSWER_MS = 5_000;

/** Nothing is measured while nobody asks; clients that ask often get the window between their requests. */
export function createMeter(clock: Clock): Meter {
  const samples = new Map<string, { readonly sample: Sample; readonly takenAt: number }>();

  function remember(key: string, sample: Sample): void {
    const now = clock.monotonic();
    for (const [other, { takenAt }] of samples) {
      // Oldest first: a key moves to the end when it is set again.
      if (now - takenAt <= LONGEST_WINDOW_MS) break;
      samples.delete(other);
    }
    samples.delete(key);
    samples.set(key, { sample, takenAt: now });
  }

  return {
    async measure(key, take, signal) {
      const first = await inTime(clock, take, signal);
      if (!first) return undefined;
      const known = samples.get(key);
      const usage = known && usageBetween(known.sample, first);
      if (usage) {
        remember(key, first);
        return usage;
      }
      await sleep(clock, LEAST_WINDOW_MS, signal);
      const second = await inTime(clock, take, signal);
      if (!second) return undefined;
      remember(key, second);
      return usageBetween(first, second);
    },
  };
}

/** undefined: the window is too short or too long, or something has begun, or begun again, within it. */
export function usageBetween(before: Sample, after: Sample): Usage | undefined {
  const windowMs = after.at - before.at;
  if (windowMs < LEAST_WINDOW_MS || windowMs > LONGEST_WINDOW_MS) return undefined;
  const earlier = new Map(before.used.map((one) => [one.name, one.cpuNanoseconds]));
  const used = after.used.map(({ name, cpuNanoseconds, memoryBytes }) => ({
    name,
    nanoCores: Math.round(
      (cpuNanoseconds - (earlier.get(name) ?? Number.POSITIVE_INFINITY)) / (windowMs / 1000),
    ),
    memoryBytes,
  }));
  return used.every(({ nanoCores }) => nanoCores >= 0) ? { at: after.at, windowMs, used } : undefined;
}

/** undefined also where the node refuses, is away, or does not answer: it is left out. @throws the reason of the abort */
async function inTime(
  clock: Clock,
  take: (signal: AbortSignal) => Promise<Sample | undefined>,
  signal: AbortSignal,
): Promise<Sample | undefined> {
  const limit = new AbortController();
  const cancel = clock.after(ANSWER_MS, () => limit.abort(new Error('the node does not answer')));
  const forget = onAbort(signal, (reason) => limit.abort(reason));
  try {
    return await take(limit.signal);
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    cancel();
    forget();
  }
}
