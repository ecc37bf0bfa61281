import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';
import { problemOf } from './errors.ts';
import type { Logger } from './log.ts';

export interface Lifetime {
  /** Says how a part that has just started is ended. */
  add(name: string, stop: () => Promise<void> | void): void;
  /**
   * Ends the parts in the reverse of the order in which they started. Never rejects, and always resolves;
   * once `hurry` aborts, every part is asked to end and none is awaited.
   */
  end(hurry?: AbortSignal): Promise<void>;
}

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

export interface LifetimeOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long one part may take. Default 5 s. */
  readonly limitMs?: number;
}

/** A part that fails or hangs does not keep the others from ending: it is named in the log and left behind. */
export function createLifetime({ clock, logger, limitMs = 5_000 }: LifetimeOptions): Lifetime {
  const parts: Part[] = [];

  async function endOne({ name: part, stop }: Part, hurried: Promise<void>): Promise<void> {
    const limit = new AbortController();
    const cancel = clock.after(limitMs, () => {
      logger.warn({ part, limitMs }, 'a part does not stop; going on without it');
      limit.abort();
    });
    const stopped = Promise.resolve()
      .then(stop)
      .catch((error: unknown) =>
        logger.warn({ part, error: problemOf(error).message }, 'a part failed to stop'),
      );
    await Promise.race([stopped, aborted(limit.signal), hurried]);
    cancel();
  }

  return {
    add: (name, stop) => void parts.push({ name, stop }),
    async end(hurry) {
      const hurried = aborted(hurry);
      for (let part = parts.pop(); part; part = parts.pop()) await endOne(part, hurried);
    },
  };
}

/** Never resolves without a signal. */
const aborted = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => void onAbort(signal, () => resolve()));
