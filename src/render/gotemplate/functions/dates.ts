import { durationText, parseDuration, roundDuration } from '../time/duration.ts';
import { formatTime } from '../time/format.ts';
import { add, between, fromDate, fromUnix, type Instant, ZERO } from '../time/instant.ts';
import { parseTime } from '../time/parse.ts';
import { UTC, zoneOf } from '../time/zones.ts';
import { type FunctionTable, GoError, Num, type Value } from '../values.ts';
import { define } from './define.ts';
import { instantOf, int64Of, timeArgument, timeStruct } from './times.ts';

export interface DateOptions {
  /** The time that it is. */
  readonly now: () => Date;
}

/** sprig's functions of time (date.go). The local zone is UTC wherever a chart is rendered. */
export function dateFunctions({ now }: DateOptions): FunctionTable {
  const time = (value: Value): Instant => timeOf(value) ?? fromDate(now());
  const inZone = (layout: string, value: Value, zone: string): string =>
    formatTime({ ...time(value), zone: zoneOf(zone) ?? UTC }, layout);
  const dateInZone = define(['string', 'any', 'string'], ([layout, value, zone]) =>
    inZone(layout, value, zone),
  );
  return {
    now: define([], () => timeStruct(fromDate(now()))),
    date: define(['string', 'any'], ([layout, value]) => inZone(layout, value, 'Local')),
    dateInZone,
    date_in_zone: dateInZone,
    htmlDate: define(['any'], ([value]) => inZone('2006-01-02', value, 'Local')),
    htmlDateInZone: define(['any', 'string'], ([value, zone]) => inZone('2006-01-02', value, zone)),
    ago: define(['any'], ([value]) => {
      const since = value instanceof Num && value.type !== 'int64' ? undefined : timeOf(value);
      const past = since === undefined ? 0n : between(fromDate(now()), since);
      return durationText(roundDuration(past, 1_000_000_000n));
    }),
    durationRound: define(['any'], ([value]) => {
      const since = instantOf(value);
      return inLargestUnit(since ? between(fromDate(now()), since) : durationOf(value));
    }),
    ...PURE,
  };
}

/** Seconds of an int, an int64 or an int32; undefined for any other value, a float64 as well. */
function timeOf(value: Value): Instant | undefined {
  if (typeof value === 'bigint') return fromUnix(Number(value));
  if (value instanceof Num && (value.type === 'int64' || value.type === 'int32'))
    return fromUnix(Number(value.value));
  return instantOf(value);
}

const dateModify = define(['string', 'any'], ([duration, value]) => {
  const time = timeArgument(value);
  try {
    return timeStruct(add(time, parseDuration(duration)));
  } catch (error) {
    if (error instanceof GoError) return timeStruct(time);
    throw error;
  }
});

const mustDateModify = define(['string', 'any'], ([duration, value]) =>
  timeStruct(add(timeArgument(value), parseDuration(duration))),
);

const PURE: FunctionTable = {
  dateModify,
  date_modify: dateModify,
  mustDateModify,
  must_date_modify: mustDateModify,
  duration: define(['any'], ([value]) => durationText(BigInt.asIntN(64, secondsOf(value) * 1_000_000_000n))),
  toDate: define(['string', 'string'], ([layout, text]) => {
    try {
      return timeStruct(parseTime(layout, text));
    } catch (error) {
      if (error instanceof GoError) return timeStruct(ZERO);
      throw error;
    }
  }),
  mustToDate: define(['string', 'string'], ([layout, text]) => timeStruct(parseTime(layout, text))),
  unixEpoch: define(['any'], ([value]) => String(timeArgument(value).seconds)),
};

const MAX = 2n ** 63n - 1n;
const MAX_DIGITS = 400;

/** Whole seconds, as a text or an int64; anything else counts as none. */
function secondsOf(value: Value): bigint {
  if (typeof value !== 'string') return int64Of(value) ?? 0n;
  if (!/^[-+]?\d+$/.test(value)) return 0n;
  // What has too many digits is the largest integer.
  const seconds =
    value.length < MAX_DIGITS ? BigInt(value.replace('+', '')) : value.startsWith('-') ? -MAX : MAX;
  return seconds > MAX ? MAX : seconds < -MAX - 1n ? -MAX - 1n : seconds;
}

function durationOf(value: Value): bigint {
  if (typeof value !== 'string') return int64Of(value) ?? 0n;
  try {
    return parseDuration(value);
  } catch (error) {
    if (error instanceof GoError) return 0n;
    throw error;
  }
}

const HOUR = 3_600_000_000_000n;
const UNITS: readonly (readonly [bigint, string])[] = [
  [HOUR * 24n * 365n, 'y'],
  [HOUR * 24n * 30n, 'mo'],
  [HOUR * 24n, 'd'],
  [HOUR, 'h'],
  [HOUR / 60n, 'm'],
  [HOUR / 3600n, 's'],
];

/** `3mo`; exactly one of a unit is written in the next smaller one. */
function inLargestUnit(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const [unit, name] = UNITS.find(([length]) => size > length) ?? [0n, 's'];
  return unit === 0n ? '0s' : `${size / unit}${name}`;
}
