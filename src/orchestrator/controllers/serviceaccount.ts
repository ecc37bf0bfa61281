import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { SERVICE_ACCOUNTS } from '../../kube/kinds/resources.data.ts';
import { type ControllerContext, MANAGER } from './context.ts';
import { ensureInNamespace } from './ineverynamespace.ts';

const DEFAULT = 'default';

/** Every namespace has a ServiceAccount `default`, for pods that name none (Kubernetes `pkg/controller/serviceaccount/serviceaccounts_controller.go`). */
export function createServiceAccountController(context: ControllerContext): Controller {
  const { client, clock, logger, informers } = context;
  const { namespaces, serviceAccounts } = informers;

  async function ensureAccount(namespace: string): Promise<void> {
    if (serviceAccounts.get({ namespace, name: DEFAULT })) return;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT, namespace } };
    await client.create(SERVICE_ACCOUNTS, account, { namespace, fieldManager: MANAGER });
  }

  return createController({
    name: 'serviceaccount',
    clock,
    logger,
    watches: [
      watch(namespaces, ({ metadata }) => [metadata.name ?? '']),
      watch(serviceAccounts, ({ metadata }) => (metadata.name === DEFAULT ? [metadata.namespace ?? ''] : [])),
    ],
    reconcile: (namespace) => ensureInNamespace(namespaces, namespace, () => ensureAccount(namespace)),
  });
}
