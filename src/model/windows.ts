import { clockIn } from '../base/timezone.ts';
import { parseSchedule } from '../kube/values/cron.ts';
import { formatDuration } from './duration.ts';
import { choice, duration, list, map, text } from './grammar.ts';
import { type Cursor, complain, readList } from './reader.ts';
import { nextOpening, type Window } from './windowtimes.ts';

export type Windows = readonly { readonly [K in keyof Window]: Window[K] }[];

const ONE = map(
  { kind: choice('allow', 'deny'), cron: text, for: duration, timezone: text },
  { cron: 'Say when it begins, as cron does: "0 9 * * 1-5".', for: 'Say how long it lasts: 8h.' },
);
const MOST = 20;
const LONGEST_MS = 366 * 86_400_000;
/** A leap year begins, so that 29 February is found. */
const SOME_TIME = Date.UTC(2024, 0, 1);

/** One window, or a list of them. */
export const WINDOWS_SCHEMA = {
  anyOf: [ONE.schema, list({ schema: ONE.schema, read: () => undefined }).schema],
};

/** Windows as pilotage.yaml writes them, each problem with its line. */
export function readWindows(at: Cursor): Windows | undefined {
  const items = Array.isArray(at.value) ? readList(at) : [at];
  const windows = items.map(readOne);
  if (windows.some((one) => one === undefined)) return undefined;
  const all = windows.filter((one) => one !== undefined);
  if (all.length > MOST) return complain(at, 'WrongValue', `has ${all.length} windows, more than ${MOST}`);
  if (all.length > 0 && nextOpening(all, SOME_TIME) === undefined)
    return complain(
      at,
      'NeverOpens',
      'never opens, so nothing would ever pass',
      'Correct the days, or remove the window.',
    );
  return all;
}

function readOne(at: Cursor): Window | undefined {
  const fields = ONE.open(at);
  if (!ONE.isComplete(at, fields)) return undefined;
  const kind = fields.kind.read() ?? 'allow';
  const [cron, length, timezone] = [fields.cron.read(), fields.for.read(), fields.timezone.read() ?? 'UTC'];
  if (cron === undefined || length === undefined) return undefined;
  if (length < 60_000 || length > LONGEST_MS)
    return complain(fields.for.at ?? at, 'WrongValue', 'must be from 1m to 366d');
  const schedule = parseSchedule(cron);
  if (typeof schedule === 'string' || schedule.type === 'interval' || schedule.zone !== undefined) {
    const why = typeof schedule === 'string' ? `: ${schedule}` : '';
    const remedy =
      'Five fields: minute, hour, day, month, day of the week; the time zone stands in `timezone`.';
    return complain(fields.cron.at ?? at, 'WrongValue', `"${cron}" is not a schedule${why}`, remedy);
  }
  if (!isZone(timezone))
    return complain(
      fields.timezone.at ?? at,
      'WrongValue',
      `"${timezone}" is not a time zone`,
      'As in Europe/Berlin, or UTC.',
    );
  return { kind, cron, for: length, timezone };
}

export function isZone(name: string): boolean {
  try {
    clockIn(name);
    return true;
  } catch {
    return false;
  }
}

/** Whether what is open under `next` was open under `before`, as far as the windows tell one by one. */
export function windowsAsStrict(next: Windows, before: Windows): boolean {
  const allowed = (windows: Windows) => windows.filter(({ kind }) => kind === 'allow');
  const [now, then] = [allowed(next), allowed(before)];
  const isKept = before
    .filter(({ kind }) => kind === 'deny')
    .every((one) => next.some((other) => isSame(one, other) && other.for >= one.for));
  const isWithin = now.every((one) => then.some((other) => isSame(one, other) && one.for <= other.for));
  return isKept && (then.length === 0 || (now.length > 0 && isWithin));
}

const isSame = (one: Window, other: Window): boolean =>
  one.kind === other.kind && one.cron === other.cron && one.timezone === other.timezone;

const describeOne = ({ kind, cron, for: length, timezone }: Window): string =>
  `${kind === 'deny' ? 'not ' : ''}"${cron}" for ${formatDuration(length)} ${timezone}`;

export const describeWindows = (windows: Windows): string => windows.map(describeOne).join(' + ');
