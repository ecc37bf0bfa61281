import type { Schema } from '../schema/schema.ts';
import { isObject } from '../values/equal.ts';
import { type FieldSet, fieldSetDraft, insert } from '../values/fieldset.ts';
import type { KubeObject } from '../values/types.ts';

export type Paths = readonly (readonly string[])[];

const setOf = (paths: Paths): FieldSet => {
  const set = fieldSetDraft();
  for (const path of paths)
    insert(
      set,
      path.map((key) => `f:${key}`),
    );
  return set;
};

/** Bookkeeping of the server, without an owner (apimachinery `managedfields/internal/stripmeta.go`). */
export const BOOKKEEPING: FieldSet = setOf([
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ['metadata', 'name'],
  ['metadata', 'namespace'],
  ['metadata', 'creationTimestamp'],
  ['metadata', 'selfLink'],
  ['metadata', 'uid'],
  ['metadata', 'clusterName'],
  ['metadata', 'generation'],
  ['metadata', 'managedFields'],
  ['metadata', 'resourceVersion'],
]);

interface Endpoint {
  readonly schema: Schema;
  readonly subresource?: string;
  readonly ignored?: Paths;
}

/** What the strategies of the built-in kinds reset at an endpoint (`GetResetFields`). */
export function ignoredPaths({ schema, subresource, ignored }: Endpoint): Paths {
  if (ignored) return ignored;
  if (subresource === 'status') return OF_STATUS;
  return subresource === undefined && schema.name !== undefined && schema.properties?.status ? STATUS : NONE;
}

const NONE: Paths = [];
const STATUS: Paths = [['status']];
const OF_STATUS: Paths = [['spec'], ['metadata', 'labels']];

export function ignoredSet(endpoint: Endpoint): FieldSet {
  const paths = ignoredPaths(endpoint);
  const known = sets.get(paths) ?? setOf(paths);
  sets.set(paths, known);
  return known;
}

/** Every write asks for the set of an endpoint, whose paths stand in the table of its kind. */
const sets = new WeakMap<Paths, FieldSet>();

/** `merged` with the ignored paths as they were in `before`. */
export function keepIgnored(merged: KubeObject, before: KubeObject, paths: Paths): KubeObject {
  return paths.reduce<KubeObject>((object, path) => keep(object, before, path) as KubeObject, merged);
}

function keep(node: unknown, before: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return before;
  if (!isObject(node)) return node;
  const old = isObject(before) ? before[key] : undefined;
  const kept = keep(node[key], old, rest);
  if (kept === node[key]) return node;
  const { [key]: _, ...others } = node;
  return kept === undefined ? others : { ...others, [key]: kept };
}
