/** The members of a file in YAML whose author shall hear of every mistake: each throws an Error that names the member. */
import { isObject } from './equal.ts';
import type { Json, JsonObject } from './types.ts';

/** A member that is misspelt would change less than was asked for: it is refused. */
export function mapping(value: Json, at: string, members: readonly string[]): JsonObject {
  if (!isObject(value)) throw new Error(`${at} must be a mapping`);
  const strange = Object.keys(value).find((name) => !members.includes(name));
  if (strange !== undefined) throw new Error(`${at}: ${strange} is not known`);
  return value;
}

/** An absent list is empty. */
export function listOf(value: Json | undefined, at: string): readonly Json[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new Error(`${at}: must be a list`);
}

export const texts = (value: Json | undefined, at: string): readonly string[] =>
  listOf(value, at).map((one) => {
    if (typeof one === 'string') return one;
    throw new Error(`${at}: must be a list of strings`);
  });
