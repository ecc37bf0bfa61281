import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Problem } from '../../base/errors.ts';
import { SIGN_IN_MS } from '../../model/providerlogin.ts';

/** Sign-ins that have begun. In memory: a restart forgets them, and they begin again. */
export interface Attempts<T> {
  /** The secret by which whoever began it goes on. `party`: the client, who keeps no other client out by however many. */
  add(value: T, party: string): string;
  /** undefined: there is none (any more). */
  get(secret: string): T | undefined;
  /** Once. */
  take(secret: string): T | undefined;
  /** Whether one more of this client has a place: a free one, or one of a client that has two more. */
  hasRoom(party: string): boolean;
}

interface Attempt<T> {
  readonly value: T;
  readonly until: number;
  readonly party: string;
}

/** Strangers begin them: beyond `most` the oldest of the client that has most of them is forgotten, and where each has one, the oldest. */
export function createAttempts<T>(clock: Pick<Clock, 'monotonic'>, most: number): Attempts<T> {
  /** In the order in which they expire. */
  const kept = new Map<string, Attempt<T>>();
  /** The secrets of each client, oldest first. */
  const ofParty = new Map<string, Set<string>>();

  const drop = (secret: string): void => {
    const party = kept.get(secret)?.party ?? '';
    kept.delete(secret);
    const others = ofParty.get(party);
    others?.delete(secret);
    if (others?.size === 0) ofParty.delete(party);
  };
  const dropExpired = (): void => {
    for (const [secret, { until }] of kept) {
      if (until > clock.monotonic()) return;
      drop(secret);
    }
  };
  const greediest = (): Set<string> => {
    let found = new Set<string>();
    for (const secrets of ofParty.values()) if (secrets.size > found.size) found = secrets;
    return found;
  };
  /** Those of a client that has two more than this one; undefined: there is none. */
  const makingWayFor = (party: string): Set<string> | undefined => {
    const largest = greediest();
    return (ofParty.get(party)?.size ?? 0) + 1 < largest.size ? largest : undefined;
  };
  const get = (secret: string): T | undefined => {
    dropExpired();
    return kept.get(secret)?.value;
  };
  return {
    add(value, party) {
      dropExpired();
      const [victim] = kept.size >= most ? (makingWayFor(party) ?? ofParty.get(party) ?? kept.keys()) : [];
      if (victim !== undefined) drop(victim);
      const secret = randomBytes(32).toString('base64url');
      kept.set(secret, { value, until: clock.monotonic() + SIGN_IN_MS, party });
      ofParty.set(party, (ofParty.get(party) ?? new Set()).add(secret));
      return secret;
    },
    get,
    take(secret) {
      const value = get(secret);
      drop(secret);
      return value;
    },
    hasRoom(party) {
      dropExpired();
      return kept.size < most || makingWayFor(party) !== undefined;
    },
  };
}

export const GONE: Problem = {
  reason: 'Unauthorized',
  message:
    'There is no such sign-in: it took longer than ten minutes, has been used, made way for others, or began before the daemon was started again.',
  remedy: 'Begin again: pilotage login.',
};
