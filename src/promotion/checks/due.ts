import { rfc3339 } from '../../base/clock.ts';
import { backoffMs } from '../../base/queue.ts';
import type { CommitStatus, ForgeAnswer, Listing } from '../../forge/forge.ts';
import { isLevel } from '../../model/promotionsources.ts';
import type { CommitChecks, Environment } from '../../model/types.ts';
import type { CiSetting } from '../gates/ci.ts';

/** Revisions that are remembered: with frequent pushes an earlier one passes while later ones are still under way. */
const MOST_REVISIONS = 10;
const MOST_STATUSES = 100;
/** While CI is under way, and once it has ended, which may be run again. */
const [PENDING_MS, ENDED_MS] = [20_000, 10 * 60_000];
const [FIRST_MS, LONGEST_MS] = [20_000, 15 * 60_000];

/**
 * The commits that wait to come to an environment: what its sources run, and what they ran before. None where it has what they run: neither
 * that nor what came before it waits for anything, also where what runs here is a merge of it. Pure.
 */
export function revisionsToAsk(target: Environment, sources: readonly Environment[]): readonly string[] {
  const revisionOf = ({ status }: Environment): string | undefined =>
    status?.deployedRevision ?? status?.wantedRevision;
  const ahead = sources.filter((source) => !isLevel(target, source));
  if (ahead.length === 0) return [];
  const level = sources.filter((source) => isLevel(target, source)).map(revisionOf);
  const here = new Set([target.status?.deployedRevision, ...level]);
  const before = target.status?.checks?.map(({ revision }) => revision) ?? [];
  const asked = [...ahead.map(revisionOf), ...before];
  return [...new Set(asked.flatMap((one) => (one === undefined || here.has(one) ? [] : [one])))];
}

/** When a commit is to be asked for again (wall time, ms). Pure. */
export function dueAt(checks: CommitChecks | undefined, setting: CiSetting): number {
  if (!checks) return 0;
  const { at, failures = 0, statuses } = checks;
  const then = Date.parse(at);
  if (failures > 0) return then + backoffMs(failures, FIRST_MS, LONGEST_MS);
  const names = new Set(statuses.map(({ name }) => name));
  const isThere = setting === true ? names.size > 0 : setting.required.every((name) => names.has(name));
  const isOver = isThere && statuses.every(({ state }) => state !== 'pending');
  return then + (isOver ? ENDED_MS : PENDING_MS);
}

/** What is recorded of an answer; of what was asked in vain, what was known before stays, as old as it is. Pure. */
export function recorded(
  revision: string,
  answer: ForgeAnswer<Listing<CommitStatus>>,
  before: CommitChecks | undefined,
  { setting, now }: { readonly setting: CiSetting; readonly now: number },
): CommitChecks {
  const at = rfc3339(now);
  if (!answer.ok) {
    const { problem } = answer;
    const failures = (before?.failures ?? 0) + 1;
    const known = before ?? { revision, statuses: [], isWhole: false };
    return { ...known, revision, at, problem: problem.message, failures };
  }
  const foreign = answer.value.items.filter(({ name }) => !name.startsWith('pilotage/'));
  const asked = setting === true ? foreign : foreign.filter(({ name }) => setting.required.includes(name));
  const statuses = asked.slice(0, MOST_STATUSES).map(({ name, state }) => ({ name, state }));
  return {
    ...{ revision, at, answeredAt: at, statuses },
    isWhole: answer.value.isWhole && statuses.length === asked.length,
  };
}

/** The rows with this one in its place, the newest last; those of the oldest revisions leave. Pure. */
export const withRow = (rows: readonly CommitChecks[], row: CommitChecks): readonly CommitChecks[] =>
  rows.some(({ revision }) => revision === row.revision)
    ? rows.map((one) => (one.revision === row.revision ? row : one))
    : [...rows, row].slice(-MOST_REVISIONS);
