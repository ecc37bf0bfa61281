import type { Namespace } from '../../../kube/kinds/objects.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Strategy } from '../kinds/kind.ts';

const FINALIZER = 'kubernetes';
/** Clients take them for granted (admission plug-in NamespaceLifecycle). */
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/**
 * A namespace carries the finalizer `kubernetes` in its spec, which the namespace controller takes away through the
 * subresource `finalize` once nothing is left inside (Kubernetes `pkg/registry/core/namespace/strategy.go`).
 */
export const NAMESPACE_STRATEGY: Strategy = {
  status: true,
  generation: false,
  normalise: labelled,
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

/** Every namespace can be selected by name (KEP-2161). */
function labelled(object: KubeObject): KubeObject {
  const { metadata } = object;
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name ?? '' };
  return { ...object, metadata: { ...metadata, labels } };
}

const withFinalizer = (finalizers: readonly string[] = []): readonly string[] =>
  finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER];
