import { onAbort } from '../../base/abort.ts';
import { type FollowOptions, followEvents } from './follow.ts';

/** Whether something has happened, without what: the status says how things are. */
export interface News {
  /** Whether events arrive: only then their absence means anything. */
  isLive(): boolean;
  /** Resolves at the next event, or after so many milliseconds. */
  orAfter(ms: number): Promise<void>;
}

/** After an event the caller asks no sooner than this: one change is several events. */
const SETTLE_MS = 50;

/** Follows events in the background until the signal aborts. A daemon that refuses to tell them leaves the caller to the clock. */
export function openNews(options: FollowOptions): News {
  const { clock, signal } = options;
  let isLive = false;
  /** Set by an event that nobody was waiting for yet. */
  let happened = false;
  let wake: (() => void) | undefined;
  const onConnect = (live: boolean): void => {
    isLive = live;
  };
  const follow = async (): Promise<void> => {
    for await (const _ of followEvents({ ...options, onConnect })) {
      if (wake) wake();
      else happened = true;
    }
  };
  follow()
    .catch(() => {})
    .finally(() => onConnect(false));

  const pause = (ms: number, isWoken: boolean): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        forget();
        wake = undefined;
        resolve();
      };
      const cancel = clock.after(ms, finish);
      const forget = onAbort(signal, finish);
      if (isWoken) wake = finish;
    });

  return {
    isLive: () => isLive,
    async orAfter(ms) {
      if (ms > SETTLE_MS) await pause(SETTLE_MS, false);
      if (!happened && ms > SETTLE_MS) await pause(ms - SETTLE_MS, true);
      happened = false;
    },
  };
}
