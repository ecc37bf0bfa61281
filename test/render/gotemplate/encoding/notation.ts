import { readFileSync } from 'node:fs';
import {
  bytesOf,
  Num,
  type NumType,
  strings,
  textOf,
  type Value,
} from '../../../../src/render/gotemplate/values.ts';

/**
 * How the tables below test/fixtures/gotemplate write Go's values in JSON. A number is a float64; whatever else JSON has no type for is an
 * object of a type and a text: `{"$":"int","v":"1"}`, `{"$":"string","v":"/w=="}` (base64 of what is not UTF-8), `bytes`, `float` (`NaN`).
 */
export function goValue(written: unknown): Value {
  if (Array.isArray(written)) return written.map(goValue);
  if (typeof written !== 'object' || written === null) return written as null | boolean | string | number;
  const { $: type, v } = written as { readonly $?: unknown; readonly v?: unknown };
  if (typeof type === 'string')
    return Array.isArray(v) ? strings(v as string[]) : typedValue(type, String(v));
  return new Map(Object.entries(written).map(([key, member]) => [key, goValue(member)]));
}

function typedValue(type: string, text: string): Value {
  switch (type) {
    case 'int':
      return BigInt(text);
    case 'float':
      return text === '+Inf'
        ? Number.POSITIVE_INFINITY
        : text === '-Inf'
          ? Number.NEGATIVE_INFINITY
          : Number(text);
    case 'float32':
      return new Num('float32', Math.fround(Number(text)));
    case 'string':
      return textOf(Buffer.from(text, 'base64'));
    case 'bytes':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return new Num(type as NumType, BigInt(text));
  }
}

/** The inverse, with keys sorted, to compare by. */
export function notationOf(value: Value): unknown {
  if (Array.isArray(value)) return value.map(notationOf);
  if (value instanceof Map) {
    const members = [...value].map(([key, member]): [string, unknown] => [key, notationOf(member)]);
    return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  if (typeof value === 'number') return Object.is(value, -0) ? '-0 as a float' : value;
  if (typeof value === 'bigint') return { $: 'int', v: String(value) };
  if (typeof value === 'string' && textOf(bytesOf(value)) !== value) return { not: 'a Go string' };
  return value;
}

/** One case a line. */
export const casesOf = <T>(file: string): T[] =>
  readFileSync(new URL(`../../../fixtures/gotemplate/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
