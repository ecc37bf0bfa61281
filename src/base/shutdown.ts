import type { EventEmitter } from 'node:events';
import type { Clock } from './clock.ts';

export interface Shutdown {
  /** Resolves with the first request to stop: a signal's name, or that the owner has gone. */
  readonly requested: Promise<string>;
  /** Aborts at the second request, after which no part is given time. */
  readonly hurry: AbortSignal;
}

export interface ShutdownOptions {
  /** Emits signals by their names: `process`. */
  readonly source: Pick<EventEmitter, 'on'>;
  readonly clock: Clock;
  /** The end of the owner is a request too; absent: there is no owner. */
  readonly ownerLives?: () => boolean;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const CHECK_MS = 250;

/** Listens for shutdown signals from now on. After the first one the owner is not watched: it may itself wait for us to end. */
export function listenForShutdown({ source, clock, ownerLives }: ShutdownOptions): Shutdown {
  const hurry = new AbortController();
  let resolve = (_reason: string): void => {};
  let requests = 0;
  const requested = new Promise<string>((settle) => {
    resolve = settle;
  });
  const request = (reason: string): void => {
    requests += 1;
    if (requests === 1) resolve(reason);
    else hurry.abort();
  };
  for (const signal of SIGNALS) source.on(signal, () => request(signal));
  const checkOwner = (): void => {
    if (requests > 0 || !ownerLives) return;
    if (ownerLives()) clock.after(CHECK_MS, checkOwner);
    else request('its owner has gone');
  };
  checkOwner();
  return { requested, hurry: hurry.signal };
}
