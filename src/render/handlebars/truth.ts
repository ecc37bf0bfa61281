import type { JsonObject } from '../../kube/values/types.ts';

/** A map and nothing else: no array, no class instance, no function. */
export function isMap(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Truth as Go's text/template sees it (`IsTrue`): zero, '', null and empty collections are false, so `{}` is too. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Keys by code unit: the order in which Go's `range` walks a map, so the order of a file never changes the output. */
export const sortedKeys = (map: object): string[] => Object.keys(map).sort();

/** sprig's `kindOf`: string, bool, int, float64, slice, map, invalid. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'invalid';
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'object') return 'map';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return typeof value;
}
