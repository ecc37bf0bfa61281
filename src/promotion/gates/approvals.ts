import { formatDuration } from '../../model/duration.ts';
import type { Approval } from '../../model/types.ts';
import { peopleBehind } from '../identity/people.ts';
import { type ApprovalsSetting, type Asked, askedBy, isAsStrict, read, SCHEMA } from './approvalsetting.ts';
import type { Explanation, Finding, Gate, GateFacts } from './gate.ts';
import { unfilled } from './quorum.ts';

interface Counted extends Finding {
  readonly asked: Asked;
  /** Who approved and neither wrote nor pushed any of it, each person once. */
  readonly independent: readonly string[];
  /** Group → how many of its members are missing. */
  readonly missing: Readonly<Record<string, number>>;
  /** Groups of which there are not enough people, whoever approves. */
  readonly impossible: readonly string[];
  /** Why approvals do not count: `; bob’s own approval does not count (an author of what it brings)`. */
  readonly refused: readonly string[];
}

/**
 * `approvals: 2`: so many people who neither wrote nor pushed any of what the target gains approve this revision.
 * `approvals: {count: 3, groups: {security: 1, ops: 2}, expires: 24h}`: of them so many of each group, each person for one group alone, and
 * none longer ago than that. Groups are those of the account, as they were when it approved.
 */
export const approvals: Gate<ApprovalsSetting, Counted> = {
  name: 'approvals',
  schema: SCHEMA,
  read,
  // A direct commit has no source that could have tested it: the approval of one other person stands in for that.
  settingFor(subject, named = 0) {
    if (typeof named !== 'number') return named;
    return subject === 'direct commit' ? Math.max(1, named) : named || undefined;
  },
  check,
  explain,
  isAsStrict,
  describe(setting) {
    const { count, groups, expires } = askedBy(setting);
    const of = Object.entries(groups).map(([group, needed]) => ` ${needed} of ${group}`);
    return `approvals ${count}${of.join(',')}${expires === undefined ? '' : ` within ${formatDuration(expires)}`}`;
  },
};

function check(setting: ApprovalsSetting, facts: GateFacts, now: number): Counted {
  const asked = askedBy(setting);
  const { authors, pushers, groups: known } = facts;
  const standing = facts.approvals.filter((one) => why(one, asked, facts, now) === undefined);
  const { independent, own } = peopleBehind(standing, [...authors, ...pushers]);
  const wrote = new Set(peopleBehind(standing, authors).own);
  const groupsOf = (name: string) => standing.find(({ by }) => by === name)?.groups ?? [];
  const missing = unfilled(asked.groups, independent.map(groupsOf));
  const impossible = known?.isWhole
    ? Object.entries(asked.groups).flatMap(([group, needed]) =>
        (known.sizes[group] ?? 0) < needed ? [group] : [],
      )
    : [];
  const isOpen = independent.length >= asked.count && Object.keys(missing).length === 0;
  return {
    state: isOpen ? 'Passed' : impossible.length > 0 ? 'Blocked' : 'Waiting',
    asked,
    independent,
    missing,
    impossible,
    refused: [
      ...own.map(
        (by) =>
          `; ${by}’s own approval does not count (${wrote.has(by) ? 'an author' : 'a pusher'} of what it brings)`,
      ),
      ...facts.approvals.flatMap((one) => {
        const reason = why(one, asked, facts, now);
        return reason === undefined ? [] : [`; that of ${one.by} does not count (${reason})`];
      }),
    ],
  };
}

/** Why an approval does not count, whoever gave it; undefined: it does. */
function why(
  { verified, at, digest }: Approval,
  { expires }: Asked,
  facts: GateFacts,
  now: number,
): string | undefined {
  if (!verified) return 'a typed name: nobody was signed in';
  if (digest !== facts.digest) return `${facts.source} ran other images of this revision then`;
  if (expires !== undefined && now - Date.parse(at) >= expires)
    return `it is older than ${formatDuration(expires)}`;
  return undefined;
}

function explain(counted: Counted, { revision, groups }: GateFacts): Explanation {
  const { state, asked, independent, missing, impossible, refused } = counted;
  const names = independent.length > 0 ? ` (${independent.join(', ')})` : '';
  const total = `${independent.length} of ${asked.count} approvals for ${revision.slice(0, 7)}${names}`;
  if (state === 'Passed') return { message: `${total}.` };
  const lacks = Object.entries(missing).map(([group, left]) => `; ${left} of ${group} to go`);
  const message = `${total}${lacks.join('')}${refused.join('')}.`;
  if (state === 'Waiting')
    return { message, remedy: `Somebody else${ofGroups(missing)} runs: pilotage approve.` };
  const sizes = impossible.map(
    (group) => `${group} has ${groups?.sizes[group] ?? 0} people, and ${asked.groups[group]} have to approve`,
  );
  return {
    message: `${message} It cannot open: ${sizes.join('; ')}.`,
    remedy: 'Put people into the group (pilotage user), or change `approvals` in pilotage.yaml.',
  };
}

function ofGroups(missing: Counted['missing']): string {
  const names = Object.keys(missing);
  return names.length === 0 ? '' : ` of ${names.join(' and ')}`;
}
