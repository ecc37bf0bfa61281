import type { Clock } from './clock.ts';

/** `make`, called at the first use only. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The same, called again at a use when what it made is older than so many milliseconds. */
export function renewed<T>(make: () => T, ms: number, clock: Pick<Clock, 'monotonic'>): () => T {
  let made: { readonly value: T; readonly at: number } | undefined;
  return () => {
    const now = clock.monotonic();
    if (!made || now - made.at > ms) made = { value: make(), at: now };
    return made.value;
  };
}
