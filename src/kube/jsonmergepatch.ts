import { isObject } from './equal.ts';
import type { Json } from './types.ts';

/** RFC 7386: objects merge, null deletes, everything else replaces. */
export function jsonMergePatch<T>(original: T, patch: Json): T {
  return merge(original as Json, patch) as T;
}

function merge(original: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(original) ? { ...original } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
