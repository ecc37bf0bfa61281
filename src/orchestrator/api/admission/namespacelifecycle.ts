import type { Namespace } from '../../../kube/kinds/objects.data.ts';
import { NAMESPACE_TERMINATING } from '../../../kube/values/status.ts';
import type { Store } from '../../store/types.ts';
import { forbidden, notFound } from '../errors.ts';
import { namespaceKey } from '../kinds/kind.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

/**
 * A namespace must exist, and must not be terminating, before anything is created in it (apiserver
 * `plugin/namespace/lifecycle`). Asked twice: at first, so that nobody is asked about a write that cannot be, and again when the
 * write is staged, because the namespace may have been deleted while another plug-in waited.
 */
export function namespaceLifecycle(store: Pick<Store, 'latest'>): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    mutate: (attributes) => {
      assertNamespace(store, attributes);
      return attributes.object;
    },
    confirm: (attributes) => assertNamespace(store, attributes),
  };
}

function assertNamespace(
  store: Pick<Store, 'latest'>,
  { operation, kind, object }: AdmissionAttributes,
): void {
  const { namespace, name = '' } = object.metadata;
  if (operation !== 'CREATE' || !kind.namespaced || !namespace) return;
  const entry = store.latest(namespaceKey(namespace));
  if (!entry) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  const { metadata, status } = entry.object as Namespace;
  if (metadata.deletionTimestamp || status?.phase === 'Terminating') {
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    throw forbidden(kind, name, why, [
      {
        reason: NAMESPACE_TERMINATING,
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ]);
  }
}
