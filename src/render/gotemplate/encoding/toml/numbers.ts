import { quote } from '../../format/quote.ts';
import { timeStruct } from '../../functions/times.ts';
import { parseTime } from '../../time/parse.ts';
import { fixedZone, type Zone } from '../../time/zones.ts';
import { GoError, int64, type Value } from '../../values.ts';

const INTEGER = /^(?:[-+]?[0-9_]+|0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+)$/;
const FLOAT = /^[-+]?[0-9_]+(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]+)?$/;
const SPECIAL: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
  '+nan': Number.NaN,
  '-nan': Number.NaN,
};

const LOCAL_DATETIME = fixedZone('datetime-local', 0);
const TIMES: readonly (readonly [string, Zone | undefined, RegExp])[] = [
  ['2006-01-02T15:04:05Z07:00', undefined, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/],
  ['2006-01-02T15:04:05', LOCAL_DATETIME, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?$/],
  ['2006-01-02', fixedZone('date-local', 0), /^\d{4}-\d\d-\d\d$/],
  ['15:04:05', fixedZone('time-local', 0), /^\d\d:\d\d:\d\d(?:\.\d+)?$/],
  ['2006-01-02T15:04Z07:00', undefined, /^\d{4}-\d\d-\d\dT\d\d:\d\d(?:Z|[-+]\d\d:\d\d)$/],
  ['2006-01-02T15:04', LOCAL_DATETIME, /^\d{4}-\d\d-\d\dT\d\d:\d\d$/],
  ['15:04', fixedZone('time-local', 0), /^\d\d:\d\d$/],
];

/** A number or a time of TOML; undefined for what looks like neither. @throws GoError for one that cannot be */
export function readNumber(token: string): Value | undefined {
  if (Object.hasOwn(SPECIAL, token)) return SPECIAL[token];
  if (/^\d{4}-|^\d\d:/.test(token)) return readTime(token);
  if (INTEGER.test(token)) return readInteger(token);
  return FLOAT.test(token) ? readFloat(token) : undefined;
}

const hasLooseUnderscore = (digits: string): boolean =>
  /^_|_$|__|(?<![0-9a-fA-F])_|_(?![0-9a-fA-F])/.test(digits);
const hasLeadingZero = (digits: string): boolean => /^0[0-9_]|^[-+]0./.test(digits);

function readInteger(token: string): Value {
  if (hasLooseUnderscore(token.replace(/^[-+]/, '')))
    throw new GoError(`Invalid integer ${quote(token)}: underscores must be surrounded by digits`);
  if (hasLeadingZero(token)) throw new GoError(`Invalid integer ${quote(token)}: cannot have leading zeroes`);
  const plain = token.replaceAll('_', '');
  const magnitude = plain.length > MAX_DIGITS ? LIMIT + 1n : BigInt(plain.replace(/^[-+]/, ''));
  const value = plain.startsWith('-') ? -magnitude : magnitude;
  if (value >= LIMIT || value < -LIMIT) throw new GoError(`${token} is out of range for int64`);
  return int64(value);
}

const LIMIT = 2n ** 63n;
const MAX_DIGITS = 100;

function readFloat(token: string): Value {
  const parts = token.split(/[.eE]/);
  if (parts.some((part) => hasLooseUnderscore(part.replace(/^[-+]/, ''))))
    throw new GoError(`Invalid float ${quote(token)}: underscores must be surrounded by digits`);
  if (hasLeadingZero(parts[0] ?? ''))
    throw new GoError(`Invalid float ${quote(token)}: cannot have leading zeroes`);
  if (/\.(?!\d)/.test(token))
    throw new GoError(`Invalid float ${quote(token)}: '.' must be followed by one or more digits`);
  const value = Number(token.replaceAll('_', ''));
  if (!Number.isFinite(value)) throw new GoError(`${token} is out of range for float64`);
  return value;
}

function readTime(token: string): Value {
  const text = token.replace(/[tz]/g, (letter) => letter.toUpperCase()).replace(' ', 'T');
  for (const [layout, zone, pattern] of TIMES) {
    if (!pattern.test(text)) continue;
    try {
      const time = parseTime(layout, text);
      return timeStruct(zone ? { ...time, zone } : time);
    } catch (error) {
      if (!(error instanceof GoError)) throw error;
    }
  }
  throw new GoError(`invalid datetime: ${quote(text)}`);
}
