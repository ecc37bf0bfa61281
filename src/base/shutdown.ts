import type { EventEmitter } from 'node:events';
import type { Clock } from './clock.ts';

export interface Told {
  /** Resolves with the first word to stop: a signal's name, or that the owner has gone. */
  readonly first: Promise<string>;
  /** Aborts at the second word, which makes the end hurry. */
  readonly second: AbortSignal;
}

export interface ToldOptions {
  /** Emits signals by their names: `process`. */
  readonly source: Pick<EventEmitter, 'on'>;
  readonly clock: Clock;
  /** Whose end is a word too; absent: nobody's. */
  readonly ownerLives?: () => boolean;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const LOOK_MS = 250;

/** Listens for the words to stop from now on. It holds nothing: an owner may itself wait for us to end. */
export function listenForStop({ source, clock, ownerLives }: ToldOptions): Told {
  const hurry = new AbortController();
  let tell = (_reason: string): void => {};
  let told = 0;
  const first = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const word = (reason: string): void => {
    told += 1;
    if (told === 1) tell(reason);
    else hurry.abort();
  };
  for (const signal of SIGNALS) source.on(signal, () => word(signal));
  const look = (): void => {
    if (told > 0 || !ownerLives) return;
    if (ownerLives()) clock.after(LOOK_MS, look);
    else word('its owner has gone');
  };
  look();
  return { first, second: hurry.signal };
}
