/** Values that wait between one that has them and one that takes them: what is not taken holds the source back. */
export interface Pipe<T> {
  /** A promise: more may follow when it resolves; undefined: at once. What comes after the end is dropped. */
  push(value: T): Promise<void> | undefined;
  /** No more values follow; those that wait are still taken. */
  end(): void;
  /** Those that wait are lost, and the one that takes them sees the error. */
  fail(error: Error): void;
  /** Values in order until the end. One reader; one that stops early ends the pipe. */
  values(): AsyncGenerator<T>;
}

export interface PipeOptions<T> {
  /** What a value costs, and how much may wait before the source is held back. */
  readonly costOf: (value: T) => number;
  readonly limit: number;
}

export function createPipe<T>({ costOf, limit }: PipeOptions<T>): Pipe<T> {
  const waiting: T[] = [];
  let cost = 0;
  let isOver = false;
  let failure: Error | undefined;
  let wakeReader = () => {};
  let sources: (() => void)[] = [];

  function release(): void {
    const woken = sources;
    sources = [];
    for (const wake of woken) wake();
  }

  function close(error?: Error): void {
    if (isOver) return;
    isOver = true;
    failure = error;
    if (error) waiting.length = 0;
    wakeReader();
    release();
  }

  async function* values(): AsyncGenerator<T> {
    try {
      for (;;) {
        if (waiting.length > 0) {
          const [value] = waiting.splice(0, 1) as [T];
          cost -= costOf(value);
          if (cost < limit) release();
          yield value;
        } else if (isOver) {
          if (failure) throw failure;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wakeReader = resolve;
          });
        }
      }
    } finally {
      close();
      waiting.length = 0;
    }
  }

  return {
    push(value) {
      if (isOver) return undefined;
      waiting.push(value);
      cost += costOf(value);
      wakeReader();
      return cost < limit ? undefined : new Promise<void>((resolve) => void sources.push(resolve));
    },
    end: () => close(),
    fail: (error) => close(error),
    values,
  };
}
