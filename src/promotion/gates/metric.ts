import { formatDuration } from '../../model/duration.ts';
import { duration, map, text } from '../../model/grammar.ts';
import { type Cursor, complain } from '../../model/reader.ts';
import type { Finding, Gate, GateFacts } from './gate.ts';
import { explainMeasured, judge, type Measured } from './measured.ts';
import { inSeconds } from './words.ts';

export type MetricSetting = {
  /** PromQL. */
  readonly query: string;
  readonly max?: number;
  readonly min?: number;
  /** Milliseconds; 0: now. */
  readonly over: number;
};

interface Metered extends Finding {
  readonly measured: Measured;
  /** The revision has not run for the time that is looked at. */
  readonly young?: { readonly over: number; readonly left: number };
}

const number = { schema: { type: 'number' }, read: () => undefined };
const RULE = map({ query: text, max: number, min: number, over: duration }, { query: 'In PromQL.' });
const LONGEST_QUERY = 4_096;
const LONGEST_MS = 86_400_000;

/**
 * `metric: {query: …, max: 0.01, over: 10m}`: every value that the Prometheus of the delivery has for the query is within these bounds, now or
 * over that time, in which the source ran this revision. Which server is asked an administrator says: `pilotage connect --prometheus`.
 */
export const metric: Gate<MetricSetting, Metered> = {
  name: 'metric',
  schema: RULE.schema,
  read,
  settingFor: (subject, named) => (subject === 'promotion' ? named : undefined),
  check,
  explain({ measured, young }, { source }) {
    if (young)
      return {
        message: `${source} must run this revision for ${formatDuration(young.over)} before the metric tells of it; ${inSeconds(young.left)} to go.`,
      };
    return explainMeasured(measured, 'the metric');
  },
  isAsStrict: (next, before) =>
    next.query === before.query &&
    (before.max === undefined || (next.max !== undefined && next.max <= before.max)) &&
    (before.min === undefined || (next.min !== undefined && next.min >= before.min)) &&
    next.over >= before.over,
  describe({ query, max, min, over }) {
    const bounds = [...(min === undefined ? [] : [`≥ ${min}`]), ...(max === undefined ? [] : [`≤ ${max}`])];
    return `metric ${query} ${bounds.join(' ')}${over > 0 ? ` over ${formatDuration(over)}` : ''}`;
  },
};

function check(setting: MetricSetting, facts: GateFacts, now: number): Metered {
  const measured = judge({ gate: 'metric', setting, wait: 0 }, facts, now);
  const left = setting.over - ranSince(facts, now);
  // Bad is bad, whichever revision it was: it is shown at once.
  if (left > 0 && measured.state !== 'Blocked')
    return { state: 'Waiting', until: now + left, measured, young: { over: setting.over, left } };
  return { state: measured.state, measured };
}

function ranSince({ status, revision }: GateFacts, now: number): number {
  const since = status?.ran?.find((stay) => stay.revision === revision)?.since ?? status?.healthySince;
  const ms = Date.parse(since ?? '');
  return Number.isNaN(ms) ? 0 : now - ms;
}

function read(at: Cursor): MetricSetting | undefined {
  const fields = RULE.open(at);
  if (!RULE.isComplete(at, fields)) return undefined;
  const [query, over = 0] = [fields.query.read(), fields.over.read()];
  const [max, min] = [numberAt(fields.max.at), numberAt(fields.min.at)];
  if (query === undefined) return undefined;
  if (query.length > LONGEST_QUERY)
    return complain(fields.query.at ?? at, 'WrongValue', `is longer than ${LONGEST_QUERY} characters`);
  if (max === undefined && min === undefined)
    return complain(
      at,
      'MissingField',
      'has no max and no min',
      'Say what the value may be at most, or at least.',
    );
  if (max !== undefined && min !== undefined && min > max)
    return complain(fields.min.at ?? at, 'NeverOpens', `${min} is above max, so it never opens`);
  if (over > LONGEST_MS) return complain(fields.over.at ?? at, 'WrongValue', 'must be 1d at most');
  return { query, ...(max === undefined ? {} : { max }), ...(min === undefined ? {} : { min }), over };
}

function numberAt(at: Cursor | undefined): number | undefined {
  if (at === undefined) return undefined;
  if (typeof at.value === 'number' && Number.isFinite(at.value)) return at.value;
  return complain(at, 'WrongType', 'must be a number');
}
