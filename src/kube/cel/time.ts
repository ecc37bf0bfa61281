import { clockIn } from '../../base/timezone.ts';
import { parseNanoseconds } from '../values/duration.ts';
import { Duration, Timestamp } from './values.ts';

const SECOND = 1_000_000_000n;
const MAX_INT64 = 2n ** 63n - 1n;

/** As Go's time.ParseDuration; undefined for what is none. */
export function parseDuration(text: string): Duration | undefined {
  const nanos = parseNanoseconds(text);
  return nanos === undefined ? undefined : new Duration(nanos);
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/i;
/** From 0001-01-01 to 9999-12-31T23:59:59.999999999Z, in seconds. */
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

/** RFC 3339; undefined for what is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour = '0', zoneMinute = '0'] =
    match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const isReal =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  if (!isReal) return undefined;
  const zone = BigInt(Number(zoneHour) * 3600 + Number(zoneMinute) * 60);
  const seconds = BigInt(date.getTime() / 1000) - (sign === '-' ? -zone : zone);
  const nanos = BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return timestampOf(seconds * SECOND + nanos);
}

/** undefined beyond the years 1 to 9999. */
export function timestampOf(nanos: bigint): Timestamp | undefined {
  const seconds = floorDivide(nanos, SECOND);
  return seconds < MIN_SECONDS || seconds > MAX_SECONDS ? undefined : new Timestamp(nanos);
}

/** undefined beyond 64 bits. */
export const durationOf = (nanos: bigint): Duration | undefined =>
  nanos > MAX_INT64 || nanos < -MAX_INT64 - 1n ? undefined : new Duration(nanos);

const floorDivide = (a: bigint, b: bigint): bigint => (a % b < 0n ? a / b - 1n : a / b);

/** `2026-01-02T03:04:05.5Z` */
export function formatTimestamp({ nanos }: Timestamp): string {
  const seconds = floorDivide(nanos, SECOND);
  const text = new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '');
  return `${text}${fractionText(nanos - seconds * SECOND)}Z`;
}

/** In seconds, as a protobuf duration is written: `1.5s`. */
export function formatDuration({ nanos }: Duration): string {
  const [sign, size] = nanos < 0n ? ['-', -nanos] : ['', nanos];
  return `${sign}${size / SECOND}${fractionText(size % SECOND)}s`;
}

const fractionText = (nanos: bigint): string =>
  nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;

export const secondsOf = ({ nanos }: Timestamp): bigint => floorDivide(nanos, SECOND);
export const fromSeconds = (seconds: bigint): Timestamp | undefined => timestampOf(seconds * SECOND);

const OFFSET = /^([+-]?)(\d\d):(\d\d)$/;

/** The parts of a moment as a clock in that zone shows it; undefined for an unknown zone. */
export function inZone(moment: Timestamp, zone: string): Date | undefined {
  const milliseconds = Number(floorDivide(moment.nanos, 1_000_000n));
  if (zone === '' || zone === 'UTC') return new Date(milliseconds);
  const [, sign, hours, minutes] = OFFSET.exec(zone) ?? [];
  if (hours !== undefined) {
    const shift = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return new Date(milliseconds + (sign === '-' ? -shift : shift));
  }
  try {
    return clockIn(zone)(milliseconds);
  } catch {
    return undefined;
  }
}
