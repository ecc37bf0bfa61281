import { ProblemError } from '../../base/errors.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../kube/values/types.ts';

/** A map that holds a value at a path as `--set` writes it: `a.b[0].c`, `a[b.c/d]` for a name with dots. @throws ProblemError */
export function atPath(path: string, value: Json): JsonObject {
  const keys = keysOf(path);
  const whole = keys.reduceRight<Json>((inner, key) => {
    if (typeof key === 'string') return Object.fromEntries([[key, inner]]);
    const items: Json[] = Array.from({ length: key + 1 }, () => null);
    items[key] = inner;
    return items;
  }, value);
  return whole as JsonObject;
}

const MOST_ITEMS = 10_000;

function keysOf(path: string): readonly (string | number)[] {
  const parts = [...path.matchAll(/(?:^|\.)([^.[\],{}=]+)|\[(\d+)\]|\[([^\]]*)\]/g)];
  const isWhole = parts.map(([text]) => text).join('') === path && path !== '';
  const keys = parts.map(
    ([, name, index, escaped]) => name ?? (index === undefined ? (escaped ?? '') : Number(index)),
  );
  const isList =
    typeof keys[0] === 'number' || keys.some((key) => typeof key === 'number' && key > MOST_ITEMS);
  if (isWhole && !isList) return keys;
  throw new ProblemError({
    reason: 'BadSuite',
    message: `set: ${JSON.stringify(path)} is no path of a value`,
    remedy: 'Write it as for --set: image.tag, hosts[0].name, annotations[example.org/name].',
  });
}

/** `over` upon `under`: maps are merged, all else is replaced; null is kept, and deletes when it meets the values of the chart. */
export function merged(under: JsonObject, over: JsonObject): JsonObject {
  const entries = Object.entries(over).map(([key, value]): [string, Json] => {
    const below = Object.hasOwn(under, key) ? under[key] : undefined;
    return [key, isObject(value) && isObject(below) ? merged(below, value) : (value as Json)];
  });
  return { ...under, ...Object.fromEntries(entries) };
}
