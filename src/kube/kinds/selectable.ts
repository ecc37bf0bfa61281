import { isObject } from '../values/equal.ts';
import type { KubeObject } from '../values/types.ts';
import type { FieldReader } from './row.ts';

/** The value at a path such as `spec.nodeName`; undefined where there is none. */
export function readField(object: KubeObject, path: string): unknown {
  let node: unknown = object;
  for (const key of path.split('.')) node = isObject(node) ? node[key] : undefined;
  return node;
}

/** Fields that are compared as they are. */
export const plainFields = (...paths: readonly string[]): Readonly<Record<string, FieldReader>> =>
  Object.fromEntries(paths.map((path) => [path, (object: KubeObject) => readField(object, path)]));

/** A boolean or a number of Go, which has its zero where it is absent. */
export const orZero =
  (path: string, zero: false | 0): FieldReader =>
  (object) =>
    readField(object, path) ?? zero;
