import { untilAborted } from './abort.ts';

/** Runs one function at a time, in the order of arrival. A failure is the caller's; the next one runs all the same. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();
  run<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(fn, fn);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

/** A Mutex for each key, which is forgotten when nobody uses it any more. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<unknown>>();
  /** With a signal, nobody waits longer than that, and nothing begins after it; what has begun keeps its turn until it ends. */
  run<T>(key: string, fn: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = (this.#tails.get(key) ?? Promise.resolve()).then(() => {
      signal?.throwIfAborted();
      return fn();
    });
    const tail = result
      .catch(() => undefined)
      .then(() => {
        if (this.#tails.get(key) === tail) this.#tails.delete(key);
      });
    this.#tails.set(key, tail);
    return untilAborted(result, signal);
  }
}

/** Runs at most so many functions at a time, in the order of arrival. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  constructor(count: number) {
    this.#free = count;
  }
  async run<T>(fn: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await fn();
    } finally {
      // Given on as it is, so that nobody who comes later takes it first.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

/** Long walks run on the daemon's own thread: every `every` steps they let the event loop turn. */
export function breather(every = 256): () => Promise<void> | undefined {
  let steps = 0;
  return () => {
    steps += 1;
    return steps % every === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined;
  };
}
