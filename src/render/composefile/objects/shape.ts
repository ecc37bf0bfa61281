import type { Json, JsonObject } from '../../../kube/values/types.ts';

type Members = { readonly [key: string]: Json | undefined };

/** The members that there are. */
export function shaped(members: Members): JsonObject {
  const found = Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined);
  return Object.fromEntries(found);
}

/** A list or map, unless it is empty. */
export const some = <T extends readonly unknown[] | Readonly<Record<string, unknown>>>(
  value: T,
): T | undefined =>
  (Array.isArray(value) ? value.length : Object.keys(value).length) > 0 ? value : undefined;
