import { isObject } from '../values/equal.ts';
import type { Json } from '../values/types.ts';

/** RFC 7386: objects merge, null deletes, everything else replaces. */
export function jsonMergePatch<T>(original: T, patch: Json): T {
  return merge(original as Json, patch) as T;
}

function merge(original: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const before = isObject(original) ? original : {};
  const members = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) members.delete(key);
    else members.set(key, merge(members.get(key), value));
  }
  // Not by assignment: a key named `__proto__` would become the prototype instead of a member.
  return Object.fromEntries(members);
}
