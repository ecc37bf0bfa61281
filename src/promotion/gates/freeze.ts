import { rfc3339 } from '../../base/clock.ts';
import { momentIn } from '../../base/timezone.ts';
import { list, map, text } from '../../model/grammar.ts';
import { type Cursor, complain, readList } from '../../model/reader.ts';
import { isZone } from '../../model/windows.ts';
import type { Finding, Gate } from './gate.ts';
import { momentText } from './words.ts';

/** RFC 3339 in UTC; `until` is the first moment that is free again. */
interface Freeze {
  readonly from: string;
  readonly until: string;
  readonly reason: string;
}
type Setting = readonly { readonly [K in keyof Freeze]: Freeze[K] }[];

interface Frozen extends Finding {
  readonly reason?: string;
}

const ONE = map(
  { from: text, until: text, reason: text, timezone: text },
  { from: 'A date or a time.', until: 'A date or a time.', reason: 'Say why, for those who wait.' },
);
const MOST = 200;
const DAY = 86_400_000;

/**
 * `freeze: [{from: 2026-12-18, until: 2027-01-02, reason: Christmas}]`: nothing passes from the one to the other. Both are RFC 3339, or dates
 * on the clocks of `timezone` (UTC where none is named), of which the last day belongs to the freeze.
 */
export const freeze: Gate<Setting, Frozen> = {
  name: 'freeze',
  schema: list({ schema: ONE.schema, read: () => undefined }).schema,
  read,
  settingFor: (_subject, named) => (named && named.length > 0 ? named : undefined),
  check,
  explain: ({ until, reason }) => ({
    message:
      until === undefined ? 'No freeze is in force.' : `Frozen until ${momentText(until)}: ${reason ?? ''}.`,
  }),
  isAsStrict,
  describe: (freezes) => `freeze ${freezes.map(({ from, until }) => `${from} to ${until}`).join(', ')}`,
};

/** Freezes that overlap or meet are one. */
function check(freezes: Setting, _facts: unknown, now: number): Frozen {
  const first = freezes.find((one) => isWithin(now, one));
  if (first === undefined) return { state: 'Passed' };
  let until = Date.parse(first.until);
  for (;;) {
    const next = freezes.find((one) => isWithin(until, one));
    if (next === undefined) return { state: 'Waiting', until, reason: first.reason };
    until = Date.parse(next.until);
  }
}

const isWithin = (at: number, { from, until }: Freeze): boolean =>
  Date.parse(from) <= at && at < Date.parse(until);

/** Whether each moment that `before` froze is frozen by `next`. */
function isAsStrict(next: Setting, before: Setting): boolean {
  return before.every(({ from, until }) => {
    const { until: end } = check(next, undefined, Date.parse(from));
    return end !== undefined && end >= Date.parse(until);
  });
}

function read(at: Cursor): Setting | undefined {
  const freezes = readList(at).map(readOne);
  if (freezes.some((one) => one === undefined)) return undefined;
  if (freezes.length > MOST)
    return complain(
      at,
      'WrongValue',
      `has ${freezes.length} freezes, more than ${MOST}`,
      'Remove those that are over.',
    );
  return freezes.filter((one) => one !== undefined);
}

function readOne(at: Cursor): Freeze | undefined {
  const fields = ONE.open(at);
  if (!ONE.isComplete(at, fields)) return undefined;
  const [begin, end, reason] = [fields.from.read(), fields.until.read(), fields.reason.read()];
  const zone = fields.timezone.read() ?? 'UTC';
  if (begin === undefined || end === undefined || reason === undefined) return undefined;
  if (!isZone(zone))
    return complain(
      fields.timezone.at ?? at,
      'WrongValue',
      `"${zone}" is not a time zone`,
      'As in Europe/Berlin, or UTC.',
    );
  const [from, until] = [momentOf(begin, zone, 0), momentOf(end, zone, DAY)];
  if (from === undefined) return notATime(fields.from.at ?? at, begin);
  if (until === undefined) return notATime(fields.until.at ?? at, end);
  if (until <= from) return complain(fields.until.at ?? at, 'WrongValue', `${end} is not after ${begin}`);
  return { from: rfc3339(from), until: rfc3339(until), reason };
}

const notATime = (at: Cursor, written: string): undefined =>
  complain(
    at,
    'WrongValue',
    `"${written}" is neither a date nor a time of RFC 3339`,
    'As in 2026-12-24, or 2026-12-24T18:00:00+01:00.',
  );

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch; `days`: what is added to a date, on the clocks of the zone. */
function momentOf(written: string, zone: string, days: number): number | undefined {
  const date = DATE.exec(written);
  if (date) {
    const [, year, month, day] = date.map(Number);
    const shown = Date.UTC(year ?? 0, (month ?? 1) - 1, day);
    // 2026-02-30 is March by the rules of Date.
    if (new Date(shown).getUTCDate() !== day || new Date(shown).getUTCMonth() !== (month ?? 0) - 1)
      return undefined;
    return momentIn(zone, shown + days);
  }
  const ms = TIME.test(written) ? Date.parse(written.replace(' ', 'T').toUpperCase()) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
