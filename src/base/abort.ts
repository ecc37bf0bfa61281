import { setMaxListeners } from 'node:events';

/**
 * Calls `fn` once when the signal aborts; the returned function forgets it. One lifetime may end hundreds of parts at once:
 * Node's warning of a leak above ten listeners does not mean that.
 */
export function onAbort(signal: AbortSignal | undefined, fn: (reason: unknown) => void): () => void {
  if (!signal) return () => {};
  setMaxListeners(0, signal);
  const listener = () => fn(signal.reason);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
