import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';

/** So long a stream may outlive what its reader has proved who it is with. */
const LOOK_MS = 60_000;

/**
 * Ends an answer that goes on once its reader is nobody any more: signed out, revoked, disabled. Where that cannot be found out it goes on,
 * because a home cluster that does not answer for a moment has taken nothing away.
 */
export function lastAsLongAs(isKnown: () => Promise<boolean>, response: ServerResponse, clock: Clock): void {
  let cancel = (): void => {};
  const again = (): void => {
    if (response.closed) return;
    cancel = clock.after(LOOK_MS, () => {
      isKnown().then((known) => (known ? again() : response.destroy()), again);
    });
  };
  response.once('close', () => cancel());
  again();
}
