import { type Overload, overload } from '../overload.ts';
import { inZone } from '../time.ts';
import { type Duration, fail, type Timestamp, type Value } from '../values.ts';

const DAY_MS = 86_400_000;

const PARTS: Readonly<Record<string, (moment: Date) => number>> = {
  getFullYear: (moment) => moment.getUTCFullYear(),
  getMonth: (moment) => moment.getUTCMonth(),
  getDayOfYear: (moment) => Math.floor((moment.getTime() - Date.UTC(moment.getUTCFullYear(), 0, 1)) / DAY_MS),
  getDayOfMonth: (moment) => moment.getUTCDate() - 1,
  getDate: (moment) => moment.getUTCDate(),
  getDayOfWeek: (moment) => moment.getUTCDay(),
  getHours: (moment) => moment.getUTCHours(),
  getMinutes: (moment) => moment.getUTCMinutes(),
  getSeconds: (moment) => moment.getUTCSeconds(),
  getMilliseconds: (moment) => moment.getUTCMilliseconds(),
};

/** Nanoseconds of a unit, of which a duration has so many. */
const UNITS: Readonly<Record<string, bigint>> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
};

function part(moment: Timestamp, zone: string, read: (moment: Date) => number): Value {
  const local = inZone(moment, zone);
  return local ? BigInt(read(local)) : fail(`unknown time zone ${zone}`);
}

/** Parts of timestamps and durations. */
export const TIMES: readonly Overload[] = [
  ...Object.entries(PARTS).flatMap(([name, read]) => [
    overload(`timestamp::${name}() int`, ([moment]) => part(moment as Timestamp, 'UTC', read)),
    overload(`timestamp::${name}(string) int`, ([moment, zone]) =>
      part(moment as Timestamp, zone as string, read),
    ),
  ]),
  ...Object.entries(UNITS).map(([name, unit]) =>
    overload(`duration::${name}() int`, ([duration]) =>
      name === 'getMilliseconds'
        ? ((duration as Duration).nanos / unit) % 1000n
        : (duration as Duration).nanos / unit,
    ),
  ),
];
