import { setMaxListeners } from 'node:events';

/**
 * Calls `fn` once when the signal aborts, also when it has aborted already; the returned function cancels that. `fn` never runs before
 * this function has returned. One lifetime may end hundreds of parts at once, which Node's leak warning above ten listeners is not about.
 */
export function onAbort(signal: AbortSignal | undefined, fn: (reason: unknown) => void): () => void {
  if (!signal) return () => {};
  let isWanted = true;
  const listener = () => {
    if (isWanted) fn(signal.reason);
    isWanted = false;
  };
  if (signal.aborted) queueMicrotask(listener);
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => {
    isWanted = false;
    signal.removeEventListener('abort', listener);
  };
}

/** What `work` comes to, or a rejection with the signal's reason when it aborts first. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, reject);
    work.then(resolve, reject).finally(forget);
  });
}
