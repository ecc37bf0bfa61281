import { list, map, text } from '../../model/grammar.ts';
import { type Cursor, complain } from '../../model/reader.ts';
import type { CommitChecks } from '../../model/types.ts';
import type { Explanation, Finding, Gate, GateFacts } from './gate.ts';

/** `true`: whatever CI says of the commit, and at least something; or these names. */
export type CiSetting = true | { readonly required: readonly string[] };

interface Checked extends Finding {
  readonly why:
    | { readonly type: 'good'; readonly count: number }
    | { readonly type: 'unknown'; readonly problem?: string }
    | { readonly type: 'stale'; readonly answeredAt: string }
    | { readonly type: 'failed' | 'pending' | 'missing'; readonly names: readonly string[] };
}

/** What was said longer ago is not taken for what is so: the forge may have been away since. */
const FRESH_MS = 60 * 60_000;
const MOST = 50;
const WHOLE = map({ required: list(text) }, { required: 'Name statuses, as in `required: [build, test]`.' });

/**
 * `ci: true`, or `ci: {required: [build, test]}`: the forge says of the commit that its CI has passed. What is not known opens nothing;
 * what failed blocks until it is run again there, or another revision comes. Pilotage's own statuses are not looked at.
 */
export const ci: Gate<CiSetting, Checked> = {
  name: 'ci',
  schema: { anyOf: [{ type: 'boolean' }, WHOLE.schema] },
  read,
  settingFor: (subject, named) => (subject === 'promotion' ? named : undefined),
  check,
  explain,
  isAsStrict: (next, before) => {
    if (before === true || next === true) return before === next;
    return before.required.every((name) => next.required.includes(name));
  },
  describe: (setting) => (setting === true ? 'ci' : `ci ${setting.required.join('+')}`),
};

function read(at: Cursor): CiSetting | undefined {
  if (typeof at.value === 'boolean') return at.value || undefined;
  if (typeof at.value !== 'object' || at.value === null || Array.isArray(at.value))
    return complain(
      at,
      'WrongType',
      'must be true or a map',
      'As in `ci: true` or `ci: {required: [build]}`.',
    );
  const fields = WHOLE.open(at);
  if (!WHOLE.isComplete(at, fields)) return undefined;
  const required = [...new Set(fields.required.read() ?? [])];
  const place = fields.required.at ?? at;
  if (required.length === 0)
    return complain(
      place,
      'WrongValue',
      'names no status',
      'Name some, or write `ci: true` for all there are.',
    );
  if (required.length > MOST)
    return complain(place, 'WrongValue', `names ${required.length} statuses, more than ${MOST}`);
  const own = required.find((name) => name.startsWith('pilotage/'));
  if (own !== undefined)
    return complain(place, 'WrongValue', `names ${own}, which Pilotage itself sets`, 'Name statuses of CI.');
  return { required };
}

function check(setting: CiSetting, { checks = [], revision }: GateFacts, now: number): Checked {
  const said = checks.find((one) => one.revision === revision);
  if (!said?.answeredAt)
    return {
      state: 'Waiting',
      why: { type: 'unknown', ...(said?.problem ? { problem: said.problem } : {}) },
    };
  const failed = namesOf(said, setting, ({ state }) => state === 'failure' || state === 'error');
  if (failed.length > 0) return { state: 'Blocked', why: { type: 'failed', names: failed } };
  if (now - Date.parse(said.answeredAt) > FRESH_MS)
    return { state: 'Waiting', why: { type: 'stale', answeredAt: said.answeredAt } };
  const known = new Set(said.statuses.map(({ name }) => name));
  const missing = setting === true ? [] : setting.required.filter((name) => !known.has(name));
  if (missing.length > 0 || known.size === 0)
    return { state: 'Waiting', why: { type: 'missing', names: missing } };
  const pending = namesOf(said, setting, ({ state }) => state === 'pending');
  if (pending.length > 0) return { state: 'Waiting', why: { type: 'pending', names: pending } };
  if (setting === true && !said.isWhole)
    return { state: 'Waiting', why: { type: 'unknown', problem: 'there are more statuses than are read' } };
  const count = setting === true ? known.size : setting.required.length;
  return { state: 'Passed', why: { type: 'good', count } };
}

const namesOf = (
  { statuses }: CommitChecks,
  setting: CiSetting,
  is: (status: CommitChecks['statuses'][number]) => boolean,
): readonly string[] =>
  statuses
    .filter((status) => (setting === true || setting.required.includes(status.name)) && is(status))
    .map(({ name }) => name);

function explain({ why }: Checked, { revision }: GateFacts): Explanation {
  const short = revision.slice(0, 7);
  switch (why.type) {
    case 'good':
      return {
        message: `CI has passed for ${short} (${why.count} ${why.count === 1 ? 'status' : 'statuses'}).`,
      };
    case 'unknown':
      return {
        message: `It is not known what CI says of ${short}${why.problem ? `: ${why.problem}` : ' yet'}${/[.!?]$/.test(why.problem ?? '') ? '' : '.'}`,
      };
    case 'stale':
      return {
        message: `The forge has not answered since ${why.answeredAt}, so it is not known what CI says of ${short}.`,
      };
    case 'failed':
      return {
        message: `CI has failed for ${short}: ${why.names.join(', ')}.`,
        remedy: 'Run it again at the forge, or push a correction.',
      };
    case 'pending':
      return { message: `CI is under way for ${short}: ${why.names.join(', ')}.` };
    case 'missing':
      return {
        message: `CI has not said anything of ${short} yet${why.names.length > 0 ? `: ${why.names.join(', ')}` : ''}.`,
      };
  }
}
