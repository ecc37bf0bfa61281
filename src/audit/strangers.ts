import type { Clock } from '../base/clock.ts';
import type { AuditEvent } from './event.ts';

const MINUTE = 60_000;
const MOST = 60;

/**
 * Lets so many refusals of unknown callers (a wrong token, a sign-in that fails or is none) a minute into the log that nobody can push
 * older events out of it without having signed in. Those left out are counted in the annotation of the next one that is let in.
 */
export function createStrangers(clock: Clock): (event: AuditEvent) => AuditEvent | undefined {
  let since = clock.monotonic();
  let taken = 0;
  let omitted = 0;
  return (event) => {
    const { code = 0 } = event.responseStatus ?? {};
    if (code !== 401 && (code < 400 || event.user.username !== undefined)) return event;
    if (clock.monotonic() - since >= MINUTE) [since, taken] = [clock.monotonic(), 0];
    if (taken >= MOST) {
      omitted++;
      return undefined;
    }
    taken++;
    if (omitted === 0) return event;
    const annotations = { ...event.annotations, 'pilotage.dev/omitted': String(omitted) };
    omitted = 0;
    return { ...event, annotations };
  };
}
