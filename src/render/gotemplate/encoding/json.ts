import { floatText, formatFloat } from '../format/floats.ts';
import { sortedKeys } from '../kinds.ts';
import { type Budget, GoError, type GoMap, isNil, Num, Struct, typeInfo, type Value } from '../values.ts';
import { LONE_SURROGATE } from './strings.ts';

export const UNBOUNDED: Budget = { spend: () => undefined };

/** Values that nest deeper contain themselves, as far as anybody has seen. */
export const MAX_DEPTH = 1_000;

/** What a value of JSON becomes, from the inside out. */
export interface JsonShape<T> {
  /** null, true, false, or a number, as JSON writes it. */
  scalar(text: string): T;
  string(text: string): T;
  list(items: readonly T[]): T;
  /** Maps sorted by key, structs in the order of their declaration. */
  members(members: readonly (readonly [string, T])[]): T;
}

/** Walks a value as json.Marshal does. @throws GoError for what has no JSON: NaN, functions, a map that contains itself */
export function foldJson<T>(value: Value, shape: JsonShape<T>, budget: Budget): T {
  const fold = (value: Value, depth: number): T => {
    budget.spend(1);
    if (typeof value === 'string') {
      budget.spend(value.length >>> 6);
      return shape.string(value);
    }
    if (value === null || typeof value !== 'object') return shape.scalar(scalarText(value));
    if (value instanceof Num) return shape.scalar(numText(value));
    if (value instanceof Uint8Array) return shape.string(Buffer.from(value).toString('base64'));
    if (depth > MAX_DEPTH)
      throw new GoError(`json: unsupported value: encountered a cycle via ${typeName(value)}`);
    if (!(value instanceof Struct) && isNil(value)) return shape.scalar('null');
    if (Array.isArray(value)) return shape.list(value.map((item) => fold(item, depth + 1)));
    if (value instanceof Map) return members(sorted(value), depth);
    if (value.json) return fold(value.json(), depth + 1);
    if (value.type.name.startsWith('func(')) throw new GoError(`json: unsupported type: ${value.type.name}`);
    return members([...value.fields], depth);
  };
  const members = (pairs: readonly (readonly [string, Value])[], depth: number): T =>
    shape.members(pairs.map(([key, member]) => [key, fold(member, depth + 1)] as const));
  return fold(value, 0);
}

const sorted = (map: GoMap): readonly (readonly [string, Value])[] =>
  sortedKeys(map).map((key) => [key, map.get(key) ?? null] as const);

const scalarText = (value: null | boolean | bigint | number): string =>
  typeof value === 'number' ? jsonNumber(value) : String(value);

export interface JsonStyle {
  /** Whether `<`, `>` and `&` are escaped, as json.Marshal does. */
  readonly html: boolean;
}

/** json.Marshal. @throws GoError */
export function marshalJson(
  value: Value,
  budget: Budget = UNBOUNDED,
  { html }: JsonStyle = { html: true },
): string {
  return foldJson<string>(
    value,
    {
      scalar: (text) => text,
      string: (text) => quoteJson(text, html),
      list: (items) => `[${items.join(',')}]`,
      members: (members) => `{${members.map(([key, text]) => `${quoteJson(key, html)}:${text}`).join(',')}}`,
    },
    budget,
  );
}

function typeName(value: Exclude<Value, null | boolean | string | number | bigint>): string {
  if (value instanceof Struct) return value.type.name;
  if (value instanceof Map) return typeInfo(value)?.name ?? 'map[string]interface {}';
  return Array.isArray(value) ? (typeInfo(value)?.name ?? '[]interface {}') : typeof value;
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new GoError(`json: unsupported value: ${floatText(value)}`);
  // Exponents begin where JavaScript's do.
  return Object.is(value, -0) ? '-0' : String(value);
}

function numText({ value }: Num): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return scalarText(value);
  const size = Math.abs(value);
  const isScientific = size !== 0 && (size < Math.fround(1e-6) || size >= Math.fround(1e21));
  return formatFloat(value, isScientific ? 'e' : 'f', -1, 32).replace(/e-0/, 'e-');
}

const TO_ESCAPE = /[\u2028\u2029<>&\uD800-\uDFFF]/;
const HTML = /[\u2028\u2029<>&]/g;
const LINE_SEPARATORS = /[\u2028\u2029]/g;

/** A string as encoding/json writes it; a byte that belongs to no character becomes `\ufffd`. */
export function quoteJson(text: string, html: boolean): string {
  // JSON.stringify has the same escapes for quotes, backslashes and what is below U+0020.
  if (!TO_ESCAPE.test(text)) return JSON.stringify(text);
  const quoted = text
    .split(LONE_SURROGATE)
    .map((part) => JSON.stringify(part).slice(1, -1))
    .join('\\ufffd');
  return `"${quoted.replace(html ? HTML : LINE_SEPARATORS, escapeCharacter)}"`;
}

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
