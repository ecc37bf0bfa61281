import { formatDuration } from '../../model/duration.ts';
import { duration } from '../../model/grammar.ts';
import { timeOf } from '../../model/stays.ts';
import type { Finding, Gate, GateFacts } from './gate.ts';
import { inSeconds } from './words.ts';

interface Soaked extends Finding {
  readonly wanted: number;
  readonly left: number;
}

/**
 * `soak: 2h`: the revision has run in the source for so long in all. Its health may flap meanwhile, and another revision may run in
 * between: `healthy` begins anew then, this does not. The setting is in milliseconds.
 */
export const soak: Gate<number, Soaked> = {
  name: 'soak',
  ...duration,
  settingFor: (subject, named = 0) => (subject === 'promotion' && named > 0 ? named : undefined),
  check,
  explain: ({ state, wanted, left }, { source, revision, status }) => {
    const what = `${revision.slice(0, 7)} in ${source}`;
    if (state === 'Passed') return { message: `${what} has run for ${formatDuration(wanted)}.` };
    const away = status?.deployedRevision === revision ? '' : ', once it runs there again';
    return { message: `${what} must run for ${formatDuration(wanted)}; ${inSeconds(left)} to go${away}.` };
  },
  isAsStrict: (next, before) => next >= before,
  describe: (wanted) => `soak ${formatDuration(wanted)}`,
};

function check(wanted: number, { status, revision }: GateFacts, now: number): Soaked {
  const isThere = status?.deployedRevision === revision;
  // What an older version deployed has no record of how long it ran: it has been healthy since then at least.
  const healthySince = isThere ? Date.parse(status.healthySince ?? '') : Number.NaN;
  const atLeast = Number.isNaN(healthySince) ? 0 : now - healthySince;
  const left = Math.max(0, wanted - Math.max(timeOf(status?.ran, revision, now), atLeast));
  if (left === 0) return { state: 'Passed', wanted, left };
  return { state: 'Waiting', wanted, left, ...(isThere ? { until: now + left } : {}) };
}
