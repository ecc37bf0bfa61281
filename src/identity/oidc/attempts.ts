import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Problem } from '../../base/errors.ts';

/** So long may somebody take to sign in at the provider. */
const LIFE_MS = 10 * 60_000;

/** Sign-ins that have begun. In memory: a restart forgets them, and they begin again. */
export interface Attempts<T> {
  /** The secret by which whoever began it goes on. */
  add(value: T): string;
  /** undefined: there is none (any more). */
  get(secret: string): T | undefined;
  /** Once. */
  take(secret: string): T | undefined;
  /** How many there are that have not expired. */
  count(): number;
}

/** Strangers begin them: beyond `most` the oldest is forgotten. */
export function createAttempts<T>(clock: Pick<Clock, 'monotonic'>, most: number): Attempts<T> {
  /** In the order in which they expire. */
  const kept = new Map<string, { readonly value: T; readonly until: number }>();
  const dropExpired = (): void => {
    for (const [secret, { until }] of kept) {
      if (until > clock.monotonic()) return;
      kept.delete(secret);
    }
  };
  const get = (secret: string): T | undefined => {
    dropExpired();
    return kept.get(secret)?.value;
  };
  return {
    add(value) {
      dropExpired();
      const oldest = kept.keys().next();
      if (kept.size >= most && !oldest.done) kept.delete(oldest.value);
      const secret = randomBytes(32).toString('base64url');
      kept.set(secret, { value, until: clock.monotonic() + LIFE_MS });
      return secret;
    },
    get,
    take(secret) {
      const value = get(secret);
      kept.delete(secret);
      return value;
    },
    count() {
      dropExpired();
      return kept.size;
    },
  };
}

export const GONE: Problem = {
  reason: 'Unauthorized',
  message:
    'There is no such sign-in: it took longer than ten minutes, has been used, or began before the daemon was started again.',
  remedy: 'Begin again: pilotage login.',
};
