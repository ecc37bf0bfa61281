import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kube/values/equal.ts';
import type { Json } from '../../kube/values/types.ts';
import { formatDuration } from '../../model/duration.ts';
import type { Measurement } from '../../model/types.ts';
import type { Explanation, Finding, GateFacts } from './gate.ts';
import { inSeconds } from './words.ts';

/** How often the outside is asked while something waits for it. */
export const INTERVAL_MS = 30_000;
/** What is older says nothing of now: whoever measures was away. */
export const FRESH_MS = 4 * INTERVAL_MS;

/** Names a setting in a measurement, so that none answers for another setting. */
export const digestOfSetting = (setting: Json): string =>
  createHash('sha256').update(canonicalJson(setting)).digest('hex').slice(0, 16);

export interface Measured extends Finding {
  readonly cause: 'not measured' | 'unknown' | 'bad' | 'not for long enough' | 'good';
  readonly message: string;
  readonly wait: number;
  readonly left: number;
}

interface Asked {
  readonly gate: string;
  readonly setting: Json;
  /** For so long it has to have been good, each time, in milliseconds. */
  readonly wait: number;
}

/** What a gate makes of what was measured for it: closed where nobody answered, where that is old, and where it is of something else. Pure. */
export function judge({ gate, setting, wait }: Asked, facts: GateFacts, now: number): Measured {
  const digest = digestOfSetting(setting);
  const found = facts.measured?.find(
    (one) => one.gate === gate && one.setting === digest && one.revision === facts.revision,
  );
  const left = goodFor(found, wait, now);
  const said = { message: found?.message ?? '', wait, left };
  // However long ago: until the next try, which comes later each time, nobody knows more.
  if (found?.state === 'unknown') return { state: 'Blocked', cause: 'unknown', ...said };
  if (found === undefined || now - Date.parse(found.at) > FRESH_MS) {
    const isStuck = facts.sourceStopped !== undefined;
    return { state: isStuck ? 'Blocked' : 'Waiting', cause: 'not measured', ...said };
  }
  if (found.state === 'bad') return { state: 'Blocked', cause: 'bad', ...said };
  if (left > 0) return { state: 'Waiting', cause: 'not for long enough', ...said, until: now + left };
  return { state: 'Passed', cause: 'good', ...said };
}

function goodFor(found: Measurement | undefined, wait: number, now: number): number {
  const since = Date.parse(found?.goodSince ?? '');
  return Number.isNaN(since) ? wait : Math.max(0, since + wait - now);
}

/** `what`: `GET web:8080/healthz of shop/dev`. */
export function explainMeasured({ cause, message, wait, left }: Measured, what: string): Explanation {
  switch (cause) {
    case 'good':
      return { message: `${what}: ${message}.` };
    case 'not measured':
      return { message: `${what} has not been measured for this revision in the last minutes.` };
    case 'unknown':
      return {
        message: `${what} is not known, which opens nothing: ${message}. It is asked again by itself.`,
      };
    case 'bad':
      return { message: `${what}: ${message}. It is asked again by itself.` };
    case 'not for long enough':
      return {
        message: `${what}: ${message}; it must be so for ${formatDuration(wait)}, ${inSeconds(left)} to go.`,
      };
  }
}

/** What was measured just now, as it is recorded beside the measurement before. `now` in milliseconds. Pure. */
export function measuredNow(
  before: Measurement | undefined,
  asked: Pick<Measurement, 'gate' | 'setting' | 'revision'>,
  reading: Pick<Measurement, 'state' | 'message'>,
  now: number,
): Measurement {
  const at = new Date(now).toISOString();
  const isSame = before?.setting === asked.setting && before.revision === asked.revision;
  const isFresh = isSame && now - Date.parse(before.at) <= FRESH_MS;
  const goodSince = reading.state === 'good' ? ((isFresh ? before.goodSince : undefined) ?? at) : undefined;
  const failures = reading.state === 'unknown' ? (isSame ? (before.failures ?? 0) : 0) + 1 : undefined;
  return {
    ...asked,
    ...reading,
    at,
    ...(goodSince === undefined ? {} : { goodSince }),
    ...(failures === undefined ? {} : { failures }),
  };
}

/** When it is asked again, in milliseconds of wall time: later each time that nobody answers, ten minutes at most. */
export function nextMeasurement({ at, failures = 0 }: Measurement): number {
  const wait = failures === 0 ? INTERVAL_MS : Math.min(INTERVAL_MS * 2 ** (failures - 1), 600_000);
  return Date.parse(at) + wait;
}
