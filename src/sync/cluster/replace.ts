import type { KubeObject } from '../../kube/values/types.ts';

/** An object to be written over one that is there, and over no later one. */
export function asReplacement(object: KubeObject, { metadata }: KubeObject): KubeObject {
  const { resourceVersion, uid } = metadata;
  const kept = { ...(resourceVersion ? { resourceVersion } : {}), ...(uid ? { uid } : {}) };
  return { ...object, metadata: { ...object.metadata, ...kept } };
}
