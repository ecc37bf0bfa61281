import {
  type ArgumentSize,
  add,
  containing,
  fixed,
  multiply,
  type Range,
  sized,
  sizeOf,
  TRAVERSAL,
  traversal,
  UNKNOWN,
} from '../cost.ts';
import type { Meter } from '../meter.ts';
import { type Overload, overload } from '../overload.ts';
import { type CelList, fail, listOfValues, type Value } from '../values.ts';
import { formatText } from './formattext.ts';

/** The characters of a text; one whose UTF-16 units are its characters stays what it is. */
const points = (text: string): string | string[] => (/[\ud800-\udbff]/.test(text) ? [...text] : text);
const textOf = (characters: string | string[]): string =>
  typeof characters === 'string' ? characters : characters.join('');

function charAt(text: string, index: bigint): Value {
  const all = points(text);
  if (index < 0n || index > BigInt(all.length)) return fail(`index out of range: ${index}`);
  return all[Number(index)] ?? '';
}

/** The place of a part, in characters, from one on. */
function indexOf(text: string, part: string, from: bigint): Value {
  const all = points(text);
  if (from < 0n || from >= BigInt(Math.max(all.length, 1))) {
    if (from < 0n || part !== '' || from > BigInt(all.length)) return fail(`index out of range: ${from}`);
  }
  const start = textOf(all.slice(0, Number(from))).length;
  const at = text.indexOf(part, start);
  return at < 0 ? -1n : BigInt(points(text.slice(0, at)).length);
}

function lastIndexOf(text: string, part: string, from?: bigint): Value {
  const all = points(text);
  if (from !== undefined && (from < 0n || from >= BigInt(Math.max(all.length, 1))))
    return fail(`index out of range: ${from}`);
  const limit = from === undefined ? text.length : textOf(all.slice(0, Number(from))).length;
  const at = text.lastIndexOf(part, limit);
  return at < 0 ? -1n : BigInt(points(text.slice(0, at)).length);
}

function substring(text: string, from: bigint, to?: bigint): Value {
  const all = points(text);
  const end = to ?? BigInt(all.length);
  if (from < 0n || from > BigInt(all.length)) return fail(`index out of range: ${from}`);
  if (end < 0n || end > BigInt(all.length)) return fail(`index out of range: ${end}`);
  if (from > end) return fail(`invalid substring range. start: ${from}, end: ${end}`);
  return textOf(all.slice(Number(from), Number(end)));
}

/** What is made is paid for before it is made: an empty part is found between all characters. */
function replace(text: string, part: string, by: string, most: bigint, meter: Meter): Value {
  if (most === 0n) return text;
  const pieces = part === '' ? ['', ...text, ''] : text.split(part);
  const count = most < 0n ? pieces.length - 1 : Math.min(pieces.length - 1, Number(most));
  meter.work((text.length + count * by.length) / 10);
  const replaced = pieces.slice(0, count + 1).join(by);
  const kept = pieces.slice(count + 1);
  return kept.length === 0 ? replaced : [replaced, ...kept].join(part);
}

function split(text: string, separator: string, most: bigint, meter: Meter): Value {
  meter.work(text.length / 4);
  if (most === 0n) return listOfValues([]);
  if (most === 1n) return listOfValues([text]);
  const pieces = separator === '' ? [...text] : text.split(separator);
  if (most < 0n || BigInt(pieces.length) <= most) return listOfValues(pieces);
  const head = pieces.slice(0, Number(most) - 1);
  return listOfValues([...head, pieces.slice(Number(most) - 1).join(separator)]);
}

function join(list: CelList, separator: string, meter: Meter): Value {
  const parts = [...list];
  let length = 0;
  for (const part of parts) length += (typeof part === 'string' ? part.length : 0) + separator.length;
  meter.work(length / 10);
  return parts.join(separator);
}

const ascii = (text: string, pattern: RegExp, change: (letter: string) => string): string =>
  text.replace(pattern, change);

const BLANK_ENDS = /^[\s\u0085]+|[\s\u0085]+$/gu;
const size = (args: readonly ArgumentSize[], i: number): Range => args[i]?.size ?? UNKNOWN;

/** How long a text is once parts of it are replaced (`library/cost.go`). */
function replacedSize(args: readonly ArgumentSize[]): Range {
  const [text, part, by] = [size(args, 0), size(args, 1), size(args, 2)];
  const longest =
    part.min === 0
      ? { count: text.max + 1, kept: text.max }
      : by.max <= part.min
        ? { count: 0, kept: text.max }
        : { count: Math.ceil(text.max / part.min), kept: 0 };
  const shortest =
    part.max === 0
      ? { count: text.min + 1, kept: text.min }
      : part.max <= by.min
        ? { count: 0, kept: text.min }
        : { count: Math.ceil(text.min / part.max), kept: 0 };
  const count = { min: shortest.count, max: longest.count };
  return add(multiply(count, by), { min: shortest.kept, max: longest.kept });
}

function joinedSize(args: readonly ArgumentSize[]): Range {
  const [list, separator] = [size(args, 0), args[1]?.size ?? fixed(0)];
  const gaps = { min: Math.max(list.min - 1, 0), max: Math.max(list.max - 1, 0) };
  const texts = args[0]?.elementSize ? multiply(list, args[0].elementSize) : fixed(0);
  return add(texts, multiply(separator, gaps));
}

const JOIN_COST = {
  actual: (_: readonly Value[], result: Value) => Math.ceil(sizeOf(result) * 2 * TRAVERSAL),
  estimate: (args: readonly ArgumentSize[]) => {
    const whole = joinedSize(args);
    return {
      cost: { min: Math.ceil(whole.min * TRAVERSAL), max: Math.ceil(whole.max * TRAVERSAL) },
      size: whole,
    };
  },
};

const splitSize = (args: readonly ArgumentSize[]): Range => ({
  min: 0,
  max: args[2]?.literal === undefined ? size(args, 0).max : Number(args[2].literal),
});

const same = traversal(0, TRAVERSAL, true);
const replaceCost = sized(traversal(0, 2 * TRAVERSAL), replacedSize);
const splitCost = sized(traversal(0, 2 * TRAVERSAL), splitSize);

/** Strings of the language, and cel-go's `ext.Strings` of version 2. */
export const STRINGS: readonly Overload[] = [
  overload(
    'string::contains(string) bool',
    ([a, b], meter) => {
      meter.work((a as string).length / 10);
      return (a as string).includes(b as string);
    },
    containing,
  ),
  overload(
    'string::startsWith(string) bool',
    ([a, b]) => (a as string).startsWith(b as string),
    traversal(1),
  ),
  overload('string::endsWith(string) bool', ([a, b]) => (a as string).endsWith(b as string), traversal(1)),
  overload('string::charAt(int) string', ([a, i]) => charAt(a as string, i as bigint)),
  overload('string::indexOf(string) int', ([a, b]) => indexOf(a as string, b as string, 0n), traversal()),
  overload(
    'string::indexOf(string, int) int',
    ([a, b, i]) => indexOf(a as string, b as string, i as bigint),
    traversal(),
  ),
  overload('string::lastIndexOf(string) int', ([a, b]) => lastIndexOf(a as string, b as string), traversal()),
  overload(
    'string::lastIndexOf(string, int) int',
    ([a, b, i]) => lastIndexOf(a as string, b as string, i as bigint),
    traversal(),
  ),
  overload(
    'string::lowerAscii() string',
    ([a]) => ascii(a as string, /[A-Z]+/g, (x) => x.toLowerCase()),
    same,
  ),
  overload(
    'string::upperAscii() string',
    ([a]) => ascii(a as string, /[a-z]+/g, (x) => x.toUpperCase()),
    same,
  ),
  overload('string::trim() string', ([a]) => (a as string).replace(BLANK_ENDS, ''), same),
  overload('string::substring(int) string', ([a, i]) => substring(a as string, i as bigint), same),
  overload(
    'string::substring(int, int) string',
    ([a, i, j]) => substring(a as string, i as bigint, j as bigint),
    same,
  ),
  overload(
    'string::replace(string, string) string',
    ([a, b, c], meter) => replace(a as string, b as string, c as string, -1n, meter),
    replaceCost,
  ),
  overload(
    'string::replace(string, string, int) string',
    ([a, b, c, n], meter) => replace(a as string, b as string, c as string, n as bigint, meter),
    replaceCost,
  ),
  overload(
    'string::split(string) list<string>',
    ([a, b], meter) => split(a as string, b as string, -1n, meter),
    splitCost,
  ),
  overload(
    'string::split(string, int) list<string>',
    ([a, b, n], meter) => split(a as string, b as string, n as bigint, meter),
    splitCost,
  ),
  overload('list<string>::join() string', ([a], meter) => join(a as CelList, '', meter), JOIN_COST),
  overload(
    'list<string>::join(string) string',
    ([a, b], meter) => join(a as CelList, b as string, meter),
    JOIN_COST,
  ),
  overload(
    'strings.quote(string) string',
    ([a]) => quote(a as string),
    sized(traversal(), ([a]) => ({ min: (a?.size.min ?? 0) + 2, max: (a?.size.max ?? Infinity) * 2 + 2 })),
  ),
  overload(
    'string::format(list<dyn>) string',
    ([a, list], meter) => formatText(a as string, list as CelList, meter),
    traversal(),
  ),
];

const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const quote = (text: string): string => `"${[...text].map((c) => QUOTED[c] ?? c).join('')}"`;
