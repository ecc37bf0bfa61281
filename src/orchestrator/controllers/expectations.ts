import type { Clock } from '../../base/clock.ts';

/**
 * Creations and deletions that an owner has made and that the cache does not show yet. Counting pods before then would
 * create or delete too many (Kubernetes `controller_utils.go` UIDTrackingControllerExpectations).
 */
export interface Expectations {
  expect(owner: string, uid: string): void;
  /** The cache shows it. */
  observed(owner: string, uid: string): void;
  /** Nothing is outstanding; also true after the timeout, so that a lost watch event cannot block an owner forever. */
  areMet(owner: string): boolean;
  forget(owner: string): void;
}

export const EXPECTATIONS_TIMEOUT_MS = 5 * 60_000;

export function createExpectations(clock: Clock): Expectations {
  const outstanding = new Map<string, Map<string, number>>();

  function drop(owner: string, uid: string): void {
    const uids = outstanding.get(owner);
    uids?.delete(uid);
    if (uids?.size === 0) outstanding.delete(owner);
  }

  return {
    expect(owner, uid) {
      const uids = outstanding.get(owner) ?? new Map<string, number>();
      outstanding.set(owner, uids.set(uid, clock.monotonic()));
    },
    observed: drop,
    areMet(owner) {
      for (const [uid, since] of outstanding.get(owner) ?? []) {
        if (clock.monotonic() - since > EXPECTATIONS_TIMEOUT_MS) drop(owner, uid);
      }
      return !outstanding.has(owner);
    },
    forget: (owner) => void outstanding.delete(owner),
  };
}
