import { onAbort } from './abort.ts';

/** Time, handed in. Production code takes `systemClock`; tests take the fake of `test/fakes/clock.ts`. */
export interface Clock {
  /** Wall time in milliseconds since the epoch: for timestamps and schedules. */
  now(): number;
  /** Monotonic time in milliseconds: for back-off, deadlines and durations. A change of the wall clock does not move it. */
  monotonic(): number;
  /** Calls `fn` once after `ms`; the returned function cancels. A pending timer never keeps the process alive. */
  after(ms: number, fn: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, clamp(ms));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** setTimeout fires at once for delays that do not fit 32 bits. */
const clamp = (ms: number): number => Math.min(Math.max(0, ms), 2 ** 31 - 1);

/** Resolves after `ms`, or rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      forget();
      resolve();
    });
    const forget = onAbort(signal, (reason) => {
      cancel();
      reject(reason);
    });
  });
}

/** RFC 3339 with whole seconds, as Kubernetes writes `metav1.Time`. */
export function rfc3339(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (lastSecond.second !== second)
    lastSecond = { second, text: `${new Date(ms).toISOString().slice(0, 19)}Z` };
  return lastSecond.text;
}

/** RFC 3339 with microseconds, as Kubernetes writes `metav1.MicroTime` (Lease, Event). */
export function rfc3339Micro(ms: number): string {
  if (lastMicro.ms !== ms) lastMicro = { ms, text: `${new Date(ms).toISOString().slice(0, 23)}000Z` };
  return lastMicro.text;
}

/** Thousands of objects and records are written in the same second and the same few milliseconds. */
let lastSecond = { second: Number.NaN, text: '' };
let lastMicro = { ms: Number.NaN, text: '' };
