import { keepIgnored, type Paths } from '../../../kube/ownership/resetfields.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { RequestVerb } from '../authorization.ts';
import { type Kind, rowKind, type Subresource, type View, type ViewRow } from './kind.ts';

export const READ_WRITE: readonly RequestVerb[] = ['get', 'patch', 'update'];

/**
 * A `status` that leaves these paths as they are, beside everything outside of metadata and status: the rest of metadata may be written
 * there too, as kube-apiserver has it (a kind's `strategy.go`, PrepareForUpdate of its status strategy).
 */
export const statusKeeping = (...resets: Paths): ViewRow => ({
  type: 'view',
  name: 'status',
  verbs: READ_WRITE,
  applies: true,
  resets: [['spec'], ...resets],
  read: same,
  write: (live, wanted) => {
    const { metadata } = keepIgnored(wanted, live, resets);
    return withStatusOf(wanted, { ...live, metadata });
  },
});

export const STATUS: ViewRow = statusKeeping();

/** For kinds whose status strategy calls `ResetObjectMetaForStatus` (apimachinery `pkg/apis/meta/v1/meta.go`). */
export const STATUS_ALONE: ViewRow = statusKeeping(
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
  ['metadata', 'finalizers'],
  ['metadata', 'ownerReferences'],
);

const WHOLE: View = { read: same, write: (_live, wanted) => wanted };
const WITHOUT_STATUS: View = { read: same, write: (live, wanted) => withStatusOf(live, wanted) };

/** The object itself, or the view that a subresource is. */
export function viewOf(kind: Kind, subresource: string | undefined): View {
  if (subresource === undefined) return kind.strategy.status ? WITHOUT_STATUS : WHOLE;
  const row = rowOf(kind, subresource);
  if (row?.type === 'view') return row;
  throw new Error(`the subresource ${subresource} of ${kind.plural} is not a view`);
}

export const rowOf = (kind: Kind, subresource: string | undefined): Subresource | undefined =>
  kind.subresourceRows.find((row) => row.name === subresource);

/** What is written at a subresource: its own kind (Scale), or the parent's. */
export const subresourceKind = rowKind;

function same(object: KubeObject): KubeObject {
  return object;
}

/** `live`, with what `wanted` says of managed fields and of the version that it was read at. */
export function keepMetadata(live: KubeObject, wanted: KubeObject): KubeObject {
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
