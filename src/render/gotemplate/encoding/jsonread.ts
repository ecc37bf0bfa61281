import { GoError, type GoMap, type Value } from '../values.ts';
import { MAX_DEPTH } from './json.ts';
import { jsonSyntaxError } from './jsonsyntax.ts';
import { wellFormed } from './strings.ts';

/** What a JSON text says, and the first of its values that Go cannot hold, which is nil in what was read. */
export interface JsonReading {
  readonly value: Value;
  readonly error?: string;
}

/** json.Unmarshal into an interface: numbers are float64. @throws GoError for a text that is not JSON */
export function readJson(text: string): JsonReading {
  const syntaxError = (): GoError => new GoError(jsonSyntaxError(text) ?? 'unexpected end of JSON input');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw syntaxError();
  }
  let error: string | undefined;
  const convert = (value: unknown, depth: number): Value => {
    if (depth > MAX_DEPTH) throw new GoError('exceeded max depth');
    if (typeof value === 'string') return wellFormed(value);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      error ??= rangeError(text);
      return null;
    }
    if (Array.isArray(value)) return value.map((item) => convert(item, depth + 1));
    if (typeof value !== 'object' || value === null) return value as null | boolean | number;
    const map: GoMap = new Map();
    for (const [key, member] of Object.entries(value)) map.set(wellFormed(key), convert(member, depth + 1));
    return map;
  };
  const value = convert(parsed, 0);
  return error === undefined ? { value } : { value, error };
}

/** The same, without a value where there is an error. @throws GoError */
export function unmarshalJson(text: string): Value {
  const { value, error } = readJson(text);
  if (error !== undefined) throw new GoError(error);
  return value;
}

/** Strings are stepped over. */
const NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

function rangeError(text: string): string {
  for (const [token] of text.matchAll(NUMBER)) {
    if (!token.startsWith('"') && !Number.isFinite(Number(token)))
      return `json: cannot unmarshal number ${token} into Go value of type float64`;
  }
  return 'json: cannot unmarshal number into Go value of type float64';
}

/** What encoding/json calls a value that it cannot put into a map or a slice. */
export function jsonKind(value: Value): string {
  if (value instanceof Map) return 'object';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
