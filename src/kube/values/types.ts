/**
 * Plain JSON. Everything that crosses the KubeClient seam is this: no Date, no class instance, no undefined member. A bigint is an
 * integer of 64 bits that a double would round, and nothing else (`json.ts` reads and writes them).
 */
export type Json = null | boolean | number | bigint | string | JsonArray | JsonObject;
export type JsonArray = readonly Json[];
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** One manager's set of fields, in the FieldsV1 notation of structured-merge-diff (KEP-555). */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: JsonObject;
  readonly subresource?: string;
}

export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string | null;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** Any Kubernetes object, as JSON, deeply read-only. Typed kinds extend it (`objects.data.ts`). */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface KubeList<T extends KubeObject = KubeObject> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly resourceVersion?: string;
    /** Present when `limit` cut the list: hand it to the next call. */
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly T[];
}

export interface GroupVersionKind {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Names one object, whatever cluster it is in. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/**
 * One REST resource: the row that turns a kind into a path.
 * `T` exists only for the type checker, so that `client.list(PODS)` returns Pods.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: the path segment. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly _object?: T;
}

export const apiVersionOf = (r: { group: string; version: string }): string =>
  r.group === '' ? r.version : `${r.group}/${r.version}`;

/** Splits `apps/v1` or `v1`; an apiVersion with two slashes keeps the rest in `version` (and will not be found). */
export function gvkOf(object: { apiVersion: string; kind: string }): GroupVersionKind {
  const slash = object.apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: object.apiVersion, kind: object.kind }
    : {
        group: object.apiVersion.slice(0, slash),
        version: object.apiVersion.slice(slash + 1),
        kind: object.kind,
      };
}

/** Whether an object or a reference is of a resource's kind, in whatever version: a custom resource may have a kind of the same name. */
export function isOfKind(
  type: { readonly apiVersion: string; readonly kind: string },
  resource: Pick<Resource, 'group' | 'kind'>,
): boolean {
  return type.kind === resource.kind && gvkOf(type).group === resource.group;
}

/** Whether two resources are the same one, in whatever versions. */
export const isSameResource = (
  a: Pick<Resource, 'group' | 'plural'>,
  b: Pick<Resource, 'group' | 'plural'>,
): boolean => a.plural === b.plural && a.group === b.group;

export function refOf(object: KubeObject): ObjectRef {
  const { name = '', namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace ? { namespace } : {}) };
}

/** `Deployment shop-dev/web`, or `Namespace shop-dev`: how messages name an object. */
export function formatRef(ref: { kind: string; namespace?: string; name: string }): string {
  return `${ref.kind} ${ref.namespace ? `${ref.namespace}/` : ''}${ref.name}`;
}
