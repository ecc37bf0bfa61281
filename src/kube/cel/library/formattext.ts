import type { Meter } from '../meter.ts';
import { formatDuration, formatTimestamp } from '../time.ts';
import {
  CelList,
  CelMap,
  Duration,
  Failure,
  fail,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from '../values.ts';
import { formatDouble } from './conversions.ts';

const CLAUSE = /%(?:%|(?:\.(\d+))?([a-zA-Z]))/g;

/** `'%s has %d'.format([name, n])` (cel-go `ext/formatting.go`). */
export function formatText(text: string, args: CelList, meter: Meter): Value {
  let next = 0;
  let problem: Failure | undefined;
  const formatted = text.replace(CLAUSE, (whole, precision: string | undefined, verb: string | undefined) => {
    if (whole === '%%' || problem) return '%';
    if (next >= args.size) {
      problem = fail(`index ${next} out of range`);
      return '';
    }
    const shown = formatClause(verb ?? '', args.at(next++), Number(precision ?? 6), meter);
    if (shown instanceof Failure) {
      problem = fail(`error during formatting: ${shown.message}`);
      return '';
    }
    meter.work(shown.length / 10);
    return shown;
  });
  return problem ?? formatted;
}

function formatClause(verb: string, value: Value, precision: number, meter: Meter): string | Failure {
  const number = value instanceof Uint ? value.value : value;
  switch (verb) {
    case 's':
      return textOf(value, meter);
    case 'd':
      return typeof number === 'bigint'
        ? String(number)
        : typeof number === 'number' && !Number.isFinite(number)
          ? String(number)
          : fail('decimal clause can only be used on integers');
    case 'f':
      return typeof number === 'number' || typeof number === 'bigint'
        ? Number(number).toFixed(Math.min(precision, 100))
        : fail('fixed-point clause can only be used on doubles');
    case 'e':
      return typeof number === 'number' || typeof number === 'bigint'
        ? Number(number)
            .toExponential(Math.min(precision, 100))
            .replace(/e([+-])(\d)$/, 'e$10$2')
        : fail('scientific clause can only be used on doubles');
    case 'b':
      return typeof number === 'bigint'
        ? number.toString(2)
        : typeof number === 'boolean'
          ? String(Number(number))
          : fail('only integers and bools can be formatted as binary');
    case 'o':
      return typeof number === 'bigint'
        ? number.toString(8)
        : fail('octal clause can only be used on integers');
    case 'x':
      return hexadecimal(value);
    case 'X': {
      const text = hexadecimal(value);
      return text instanceof Failure ? text : text.toUpperCase();
    }
    default:
      return fail(`unrecognized formatting clause "${verb}"`);
  }
}

function hexadecimal(value: Value): string | Failure {
  if (typeof value === 'bigint') return value.toString(16);
  if (value instanceof Uint) return value.value.toString(16);
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return fail('only integers, byte buffers, and strings can be formatted as hex');
}

function textOf(value: Value, meter: Meter): string | Failure {
  meter.work(2);
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof CelList)
    return inBrackets(
      '[',
      [...value].map((each) => textOf(each, meter)),
      ']',
    );
  if (value instanceof CelMap) return mapText(value, meter);
  return fail(
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  );
}

function mapText(map: CelMap, meter: Meter): string | Failure {
  const entries = [...map.keys()].map((key): string | Failure => {
    const [name, value] = [textOf(key, meter), textOf(map.get(key) ?? null, meter)];
    if (name instanceof Failure) return name;
    return value instanceof Failure ? value : `${name}: ${value}`;
  });
  return inBrackets('{', entries.sort(), '}');
}

function inBrackets(open: string, parts: readonly (string | Failure)[], close: string): string | Failure {
  const failure = parts.find((part) => part instanceof Failure);
  return failure instanceof Failure ? failure : `${open}${parts.join(', ')}${close}`;
}
