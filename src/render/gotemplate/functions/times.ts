import { daysFrom, secondsFrom } from '../time/calendar.ts';
import { durationText, roundDuration } from '../time/duration.ts';
import { formatTime } from '../time/format.ts';
import { add, between, fromNanos, type Instant, nanosOf, shown, ZERO } from '../time/instant.ts';
import { MONTHS, RFC3339_NANO, STRING, WEEKDAYS } from '../time/layout.ts';
import { LOCAL, UTC } from '../time/zones.ts';
import { GoError, type GoFunction, int64, Num, Struct, type Value } from '../values.ts';
import { define } from './define.ts';

type Methods = Readonly<Record<string, GoFunction>>;

const instants = new WeakMap<Struct, Instant>();
const durations = new WeakMap<Struct, bigint>();

/** A time.Time for templates. */
export function timeStruct(instant: Instant): Struct {
  const struct = new Struct({ name: 'time.Time', methods: methodsOf(instant) }, new Map(), {
    text: () => formatTime(instant, STRING),
    json: () => formatTime(instant, RFC3339_NANO),
  });
  instants.set(struct, instant);
  return struct;
}

export const instantOf = (value: Value): Instant | undefined =>
  value instanceof Struct ? instants.get(value) : undefined;

/** @throws GoError for what is no time.Time */
export function timeArgument(value: Value): Instant {
  const instant = instantOf(value);
  if (!instant) throw new GoError('wrong type for value; expected time.Time');
  return instant;
}

/** A time.Duration: it prints as `1h2m3s`, and JSON has its nanoseconds. */
function durationStruct(nanos: bigint): Struct {
  const part = (unit: number): GoFunction => define([], () => Number(nanos) / unit);
  const methods: Methods = {
    Hours: part(3.6e12),
    Minutes: part(6e10),
    Seconds: part(1e9),
    Milliseconds: define([], () => int64(nanos / 1_000_000n)),
    Microseconds: define([], () => int64(nanos / 1_000n)),
    Nanoseconds: define([], () => int64(nanos)),
    Abs: define([], () => durationStruct(nanos < 0n ? -nanos : nanos)),
    Round: define(['any'], ([unit]) => durationStruct(roundDuration(nanos, durationArgument(unit)))),
    Truncate: define(['any'], ([unit]) => {
      const size = durationArgument(unit);
      return durationStruct(size <= 0n ? nanos : nanos - (nanos % size));
    }),
    String: define([], () => durationText(nanos)),
  };
  const struct = new Struct({ name: 'time.Duration', methods }, new Map(), {
    text: () => durationText(nanos),
    json: () => int64(nanos),
  });
  durations.set(struct, nanos);
  return struct;
}

/** A constant of a template is a duration in nanoseconds. */
function durationArgument(value: Value): bigint {
  const nanos =
    value instanceof Struct ? durations.get(value) : typeof value === 'bigint' ? value : undefined;
  if (nanos === undefined) throw new GoError('wrong type for value; expected time.Duration');
  return nanos;
}

/** A time.Month or a time.Weekday prints as its name. */
const named = (type: string, name: string, value: number): Struct =>
  new Struct({ name: type, methods: { String: define([], () => name) } }, new Map(), {
    text: () => name,
    json: () => BigInt(value),
  });

const methodsOf = (time: Instant): Methods => ({
  ...partsOf(time),
  ...comparisonsOf(time),
  ...movesOf(time),
  Format: define(['string'], ([layout]) => formatTime(time, layout)),
  String: define([], () => formatTime(time, STRING)),
  Unix: define([], () => int64(BigInt(time.seconds))),
  UnixMilli: define([], () => int64(nanosOf(time) / 1_000_000n)),
  UnixMicro: define([], () => int64(nanosOf(time) / 1_000n)),
  UnixNano: define([], () => int64(nanosOf(time))),
});

function partsOf(time: Instant): Methods {
  const part = (read: (of: ReturnType<typeof shown>) => Value): GoFunction =>
    define([], () => read(shown(time)));
  const int = (key: 'year' | 'day' | 'hour' | 'minute' | 'second' | 'nanos' | 'yearDay'): GoFunction =>
    part((of) => BigInt(of[key]));
  return {
    Year: int('year'),
    Month: part(({ month }) => named('time.Month', MONTHS[month - 1] ?? '', month)),
    Day: int('day'),
    Weekday: part(({ weekday }) => named('time.Weekday', WEEKDAYS[weekday] ?? '', weekday)),
    Hour: int('hour'),
    Minute: int('minute'),
    Second: int('second'),
    Nanosecond: int('nanos'),
    YearDay: int('yearDay'),
    IsDST: part(({ offset }) => offset.isSummer),
  };
}

function comparisonsOf(time: Instant): Methods {
  const comparing = (decide: (difference: bigint) => Value): GoFunction =>
    define(['any'], ([other]) => decide(nanosOf(time) - nanosOf(timeArgument(other))));
  return {
    After: comparing((difference) => difference > 0n),
    Before: comparing((difference) => difference < 0n),
    Equal: comparing((difference) => difference === 0n),
    Compare: comparing((difference) => (difference > 0n ? 1n : difference < 0n ? -1n : 0n)),
    IsZero: define([], () => nanosOf(time) === nanosOf(ZERO)),
    Sub: define(['any'], ([other]) => durationStruct(between(time, timeArgument(other)))),
  };
}

function movesOf(time: Instant): Methods {
  const multiple = (decide: (sinceZero: bigint, unit: bigint) => bigint): GoFunction =>
    define(['any'], ([value]) => {
      const unit = durationArgument(value);
      if (unit <= 0n) return timeStruct(time);
      return timeStruct(fromNanos(decide(nanosOf(time) - nanosOf(ZERO), unit) + nanosOf(ZERO), time.zone));
    });
  return {
    Add: define(['any'], ([duration]) => timeStruct(add(time, durationArgument(duration)))),
    AddDate: define(['int', 'int', 'int'], ([years, months, days]) =>
      timeStruct(addDate(time, Number(years), Number(months), Number(days))),
    ),
    UTC: define([], () => timeStruct({ ...time, zone: UTC })),
    Local: define([], () => timeStruct({ ...time, zone: LOCAL })),
    Round: multiple((nanos, unit) => roundDuration(nanos, unit)),
    Truncate: multiple((nanos, unit) => nanos - (nanos % unit)),
  };
}

/** The same hour of another day: 31 January and a month is 3 March. */
function addDate(time: Instant, years: number, months: number, days: number): Instant {
  const of = shown(time);
  const first = { year: of.year + years, month: of.month + months, day: of.day + days };
  if (!Number.isSafeInteger(daysFrom(first.year, first.month, first.day)))
    throw new GoError('time: date out of range');
  const local = secondsFrom(first, of);
  // The offset may be another one there.
  const guess = local - time.zone.at(local - of.offset.seconds).seconds;
  return { ...time, seconds: guess };
}

/** The int64 of a Num of that type. */
export const int64Of = (value: Value): bigint | undefined =>
  value instanceof Num && value.type === 'int64' && typeof value.value === 'bigint' ? value.value : undefined;
