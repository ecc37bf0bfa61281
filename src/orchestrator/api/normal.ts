import { isObject } from '../../kube/equal.ts';
import type { KubeObject, ObjectMeta } from '../../kube/types.ts';
import type { Kind } from './kind.ts';

/**
 * One spelling for what means the same. Kubernetes gets it from decoding into Go structs and encoding with `omitempty`:
 * null is absence in a built-in kind, and empty collections of metadata are absent in every kind.
 */
export function normalForm(kind: Kind, object: KubeObject): KubeObject {
  const bare = kind.custom ? object : (withoutNulls(object, kind.schema()?.required) as KubeObject);
  const metadata = withoutEmpty(bare.metadata);
  return metadata === bare.metadata ? bare : { ...bare, metadata };
}

/** A required member may say null (the endpoints of an EndpointSlice that has none), and then means it. */
function withoutNulls(value: unknown, required: readonly string[] = []): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutNulls(item));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const members: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    const cleaned = withoutNulls(member);
    if (cleaned === undefined || (cleaned === null && !required.includes(key))) {
      changed = true;
      continue;
    }
    changed ||= cleaned !== member;
    members.push([key, cleaned]);
  }
  return changed ? Object.fromEntries(members) : value;
}

const COLLECTIONS = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

function withoutEmpty(metadata: ObjectMeta): ObjectMeta {
  const empty = COLLECTIONS.filter((field) => {
    const value = metadata[field];
    return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  });
  if (empty.length === 0) return metadata;
  return Object.fromEntries(Object.entries(metadata).filter(([field]) => !empty.includes(field as never)));
}
