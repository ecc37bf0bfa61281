import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { CONFIG_MAPS } from '../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { type ControllerContext, MANAGER } from './context.ts';
import { ensureInNamespace } from './ineverynamespace.ts';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/**
 * Every namespace has the certificate of the cluster's authority in a ConfigMap, which pods mount beside their token (Kubernetes
 * `pkg/controller/certificates/rootcacertpublisher`). It comes back when it is deleted or changed.
 */
export function createRootCaPublisher(context: ControllerContext): Controller {
  const { client, reader, clock, logger, informers, authority } = context;
  const { namespaces } = informers;
  const data = { 'ca.crt': authority.certificate };
  const copies = createInformer({
    client: reader,
    resource: CONFIG_MAPS,
    clock,
    logger,
    fieldSelector: `metadata.name=${NAME}`,
  });

  async function ensureCopy(namespace: string): Promise<void> {
    const found = copies.get({ namespace, name: NAME });
    const annotations = { 'kubernetes.io/description': DESCRIPTION };
    if (!found) {
      const copy = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: NAME, namespace, annotations },
        data,
      };
      await client.create(CONFIG_MAPS, copy, { namespace, fieldManager: MANAGER });
    } else if (!deepEqual(found.data, data)) {
      const kept = { ...found.metadata, annotations: { ...found.metadata.annotations, ...annotations } };
      await client.update(CONFIG_MAPS, { ...found, metadata: kept, data }, { fieldManager: MANAGER });
    }
  }

  return createController({
    name: 'rootca',
    clock,
    logger,
    watches: [
      watch(namespaces, ({ metadata }) => [metadata.name ?? '']),
      watch(copies, ({ metadata }) => [metadata.namespace ?? '']),
    ],
    reconcile: (namespace) => ensureInNamespace(namespaces, namespace, () => ensureCopy(namespace)),
  });
}
