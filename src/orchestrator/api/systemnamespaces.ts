import type { KubeClient } from '../../kube/client/client.ts';
import { NAMESPACES } from '../../kube/kinds/resources.data.ts';
import { isAlreadyExists } from '../../kube/values/status.ts';

const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** What every cluster has from its beginning (kube-apiserver `pkg/controlplane/controller/systemnamespaces`). */
export async function createSystemNamespaces(client: KubeClient): Promise<void> {
  // At once: the store commits them together.
  await Promise.all(
    SYSTEM_NAMESPACES.map(async (name) => {
      try {
        await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      } catch (error) {
        if (!isAlreadyExists(error)) throw error;
      }
    }),
  );
}
