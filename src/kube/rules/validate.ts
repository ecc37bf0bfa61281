import { builtinKind } from '../kinds/builtin.ts';
import type { FieldError } from '../values/fielderrors.ts';
import type { GroupVersionKind, JsonObject, KubeObject } from '../values/types.ts';
import { validateMetadata } from './metadata.ts';

/**
 * Semantic rules: metadata for every kind, and the essential rules of built-in ones. The object is defaulted and
 * of the right types; with `old`, the rules of an update (immutable fields) hold, too.
 */
export function validateObject(gvk: GroupVersionKind, object: KubeObject, old?: KubeObject): FieldError[] {
  const row = builtinKind(gvk);
  const version = row?.versions?.find(({ resource }) => resource.version === gvk.version);
  const judged = (one: KubeObject) => (version?.toOwn(one) ?? one) as unknown as JsonObject;
  return [
    ...validateMetadata(gvk, object as unknown as JsonObject, old as unknown as JsonObject | undefined),
    ...(row?.validate(judged(object), old && judged(old)) ?? []),
  ];
}
