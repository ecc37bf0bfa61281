import {
  describeWindows,
  readWindows,
  WINDOWS_SCHEMA,
  type Windows,
  windowsAsStrict,
} from '../../model/windows.ts';
import { nextOpening } from '../../model/windowtimes.ts';
import type { Finding, Gate } from './gate.ts';
import { momentText } from './words.ts';

/**
 * `window: {cron: "0 9 * * 1-5", for: 8h, timezone: Europe/Berlin}`, or a list of such, each `kind: allow` or `deny`: open within one that
 * allows, where there are any, and outside of all that deny.
 */
export const window: Gate<Windows, Finding> = {
  name: 'window',
  schema: WINDOWS_SCHEMA,
  read: readWindows,
  settingFor: (_subject, named) => (named && named.length > 0 ? named : undefined),
  check(windows, _facts, now) {
    const at = nextOpening(windows, now);
    if (at === now) return { state: 'Passed' };
    return at === undefined ? { state: 'Blocked' } : { state: 'Waiting', until: at };
  },
  explain({ state, until }) {
    if (state === 'Passed') return { message: 'A window is open.' };
    if (until !== undefined)
      return { message: `No window is open; the next one opens ${momentText(until)}.` };
    return { message: 'No window opens any more.', remedy: 'Correct `window` in pilotage.yaml.' };
  },
  isAsStrict: windowsAsStrict,
  describe: (windows) => `window ${describeWindows(windows)}`,
};
