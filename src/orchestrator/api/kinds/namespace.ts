import { NAMESPACE } from '../../../kube/kinds/namespace.ts';
import type { Namespace } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME } from './columns.ts';
import type { Strategy, ViewRow } from './kind.ts';
import type { ServedRow } from './servedrow.ts';
import { keepMetadata, STATUS } from './subresource.ts';

const FINALIZER = 'kubernetes';
/** Clients take them for granted (admission plug-in NamespaceLifecycle). */
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/**
 * A namespace carries the finalizer `kubernetes` in its spec, which the namespace controller takes away through the
 * subresource `finalize` once nothing is left inside (Kubernetes `pkg/registry/core/namespace/strategy.go`).
 */
const STRATEGY: Strategy = {
  status: true,
  generation: false,
  prepareForCreate: (object) => ({
    ...object,
    spec: { finalizers: withFinalizer((object as Namespace).spec?.finalizers) },
    status: { phase: 'Active' },
  }),
  // Finalizers go through `finalize` only.
  prepareForUpdate: (object, live) => ({ ...object, spec: live.spec }),
  prepareForDelete: (object) => ({
    ...object,
    status: { ...(object as Namespace).status, phase: 'Terminating' },
  }),
  refusesDeletion: ({ metadata }) =>
    IMMORTAL.has(metadata.name ?? '') ? 'this namespace may not be deleted' : undefined,
  holdsDeletion: (object) => ((object as Namespace).spec?.finalizers ?? []).length > 0,
};

const FINALIZE: ViewRow = {
  type: 'view',
  name: 'finalize',
  verbs: ['update'],
  read: (namespace) => namespace,
  write: (live, wanted) => ({ ...keepMetadata(live, wanted), spec: wanted.spec }),
};

export const SERVED_NAMESPACE: ServedRow = {
  kind: NAMESPACE,
  strategy: STRATEGY,
  columns: [NAME, column<Namespace>('Status', ({ status }) => status?.phase), AGE],
  subresources: [FINALIZE, STATUS],
  without: ['deletecollection'],
};

function withFinalizer(finalizers: readonly string[] = []): readonly string[] {
  return finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER];
}
