import { count } from '../../model/grammar.ts';
import { peopleBehind } from '../identity/people.ts';
import type { Explanation, Finding, Gate, GateFacts } from './gate.ts';

interface Counted extends Finding {
  readonly needed: number;
  /** Who approved and neither wrote nor pushed any of it, each person once. */
  readonly independent: readonly string[];
  /** Who approved what they wrote a part of, or only pushed. */
  readonly own: readonly { readonly by: string; readonly as: 'an author' | 'a pusher' }[];
  /** Names that were typed before approvals were by who is signed in: whoever had the daemon's token could give any. */
  readonly typed: readonly string[];
}

/** `approvals: 2`: so many people who neither wrote nor pushed any of what the target gains approve this revision. */
export const approvals: Gate<number, Counted> = {
  name: 'approvals',
  ...count,
  // A direct commit has no source that could have tested it: the approval of one other person stands in for that.
  settingFor: (subject, named = 0) => (subject === 'direct commit' ? Math.max(1, named) : named || undefined),
  check,
  explain,
  isAsStrict: (next, before) => next >= before,
  describe: (needed) => `approvals ${needed}`,
};

function check(needed: number, facts: GateFacts): Counted {
  const { authors, pushers } = facts;
  const approvals = facts.approvals.filter(({ verified }) => verified);
  const { independent, own: all } = peopleBehind(approvals, [...authors, ...pushers]);
  const wrote = new Set(peopleBehind(approvals, authors).own);
  const own = all.map((by) => ({ by, as: wrote.has(by) ? ('an author' as const) : ('a pusher' as const) }));
  const typed = facts.approvals.filter(({ verified }) => !verified).map(({ by }) => by);
  return { state: independent.length >= needed ? 'Passed' : 'Waiting', needed, independent, own, typed };
}

function explain({ state, needed, independent, own, typed }: Counted, { revision }: GateFacts): Explanation {
  const names = independent.length > 0 ? ` (${independent.join(', ')})` : '';
  const counted = `${independent.length} of ${needed} approvals for ${revision.slice(0, 7)}${names}`;
  if (state === 'Passed') return { message: `${counted}.` };
  const refused = [
    ...own.map(({ by, as }) => `; ${by}’s own approval does not count (${as} of what it brings)`),
    ...typed.map((by) => `; that of ${by} does not count (a typed name: nobody was signed in)`),
  ].join('');
  return { message: `${counted}${refused}.`, remedy: 'Somebody else runs: pilotage approve.' };
}
