import type { Json } from '../../kube/values/types.ts';

/**
 * Values as Helm holds them: Go's reading of JSON, where every number is a float64. A bigint is an int64, which only `--set` makes.
 * Maps are Maps: whatever a chart names a key, it is a key.
 */
export type HelmValue = null | boolean | string | number | bigint | HelmMap | HelmValue[];
export type HelmMap = Map<string, HelmValue>;

export const isTable = (value: HelmValue | undefined): value is HelmMap => value instanceof Map;

/** A copy that shares nothing: templates change the values that they are given. */
export function copyValue<T extends HelmValue>(value: T): T;
export function copyValue(value: HelmValue): HelmValue {
  if (isTable(value)) return new Map(Array.from(value, ([key, member]) => [key, copyValue(member)]));
  return Array.isArray(value) ? value.map((item) => copyValue(item)) : value;
}

/** The table at a path of keys, undefined where something else or nothing is. */
export function tableAt(values: HelmMap, path: readonly string[]): HelmMap | undefined {
  let at: HelmValue | undefined = values;
  for (const key of path) at = isTable(at) ? at.get(key) : undefined;
  return isTable(at) ? at : undefined;
}

/** Helm's PathValue: what stands at a dotted path, unless it is a table (pkg/chart/common/values.go). */
export function scalarAt(values: HelmMap, dotted: string): HelmValue | undefined {
  const path = dotted.split('.');
  const value = tableAt(values, path.slice(0, -1))?.get(path.at(-1) ?? '');
  return isTable(value) ? undefined : value;
}

/** `over` upon `under`, tables merged key by key; nulls are kept (`MergeMaps` of pkg/chart/v2/loader/load.go). */
export function overlay(under: HelmMap, over: HelmMap): HelmMap {
  const merged = new Map(under);
  for (const [key, value] of over) {
    const below = merged.get(key);
    merged.set(key, isTable(value) && isTable(below) ? overlay(below, value) : value);
  }
  return merged;
}

/** For what reads plain JSON, such as a schema's validator. */
export function jsonOf(value: HelmValue): Json {
  if (isTable(value)) return Object.fromEntries(Array.from(value, ([key, member]) => [key, jsonOf(member)]));
  if (Array.isArray(value)) return value.map(jsonOf);
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Overrides that come as JSON are to a chart what `--set` would make of them: whole numbers are int64. */
export function overridesOf(value: unknown): HelmValue {
  if (Array.isArray(value)) return value.map(overridesOf);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, member]) => [key, overridesOf(member)]));
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint' ? value : null;
}
