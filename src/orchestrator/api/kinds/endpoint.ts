import type { GroupVersionKind, KubeObject } from '../../../kube/values/types.ts';
import type { Kind } from './kind.ts';
import { scaleOf, withScale } from './scale.ts';

/**
 * A subresource is another way to look at an object: what it reads of it, and what of a write through it takes effect.
 * `write` never touches metadata that the server keeps; that is the common course of every update.
 */
export interface Endpoint {
  readonly read: (object: KubeObject) => KubeObject;
  readonly write: (live: KubeObject, wanted: KubeObject) => KubeObject;
}

export function endpointOf(kind: Kind, subresource: string | undefined): Endpoint {
  switch (subresource) {
    case undefined:
      return {
        read: same,
        write: (live, wanted) => (kind.strategy.status ? withStatusOf(live, wanted) : wanted),
      };
    case 'status':
      // Of metadata, only what the field manager records changes here.
      return { read: same, write: (live, wanted) => withStatusOf(wanted, keepMetadata(live, wanted)) };
    case 'finalize':
      return { read: same, write: (live, wanted) => ({ ...keepMetadata(live, wanted), spec: wanted.spec }) };
    case 'scale':
      return {
        read: (object) => scaleOf(kind, object),
        write: (live, wanted) => withScale(kind, live, wanted),
      };
    case 'binding':
      // Not a body of a client: what the bind made of the pod.
      return { read: same, write: (_, bound) => bound };
    default:
      throw new Error(`no endpoint for the subresource ${subresource}`);
  }
}

const same = (object: KubeObject): KubeObject => object;

/** `live`, with what `wanted` says of managed fields and of the version that it was read at. */
function keepMetadata(live: KubeObject, wanted: KubeObject): KubeObject {
  const { managedFields } = wanted.metadata;
  return { ...live, metadata: { ...live.metadata, ...(managedFields ? { managedFields } : {}) } };
}

function withStatusOf(source: KubeObject, object: KubeObject): KubeObject {
  const { status: _, ...rest } = object;
  const bare: KubeObject = {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
  };
  return source.status === undefined ? bare : { ...bare, status: source.status };
}

/** What is written at a subresource: its own kind (Scale), or the parent's. */
export function subresourceKind(kind: Kind, subresource: string | undefined): GroupVersionKind {
  return kind.subresourceRows.find((row) => row.name === subresource)?.kind ?? kind;
}
