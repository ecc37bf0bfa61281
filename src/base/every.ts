import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';

export interface EveryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** Does some work now and each `ms` after that, until the signal. What it throws ends nothing. */
export function every(ms: number, work: () => void, { clock, signal, onError }: EveryOptions): void {
  let cancel = () => {};
  const turn = () => {
    cancel = clock.after(ms, turn);
    try {
      work();
    } catch (error) {
      onError(error);
    }
  };
  onAbort(signal, () => cancel());
  turn();
}
