import type { Again } from '../../base/queue.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { SERVICE_ACCOUNTS } from '../../kube/kinds/resources.data.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from './context.ts';

const DEFAULT = 'default';

/** Every namespace has a ServiceAccount `default`, for pods that name none (Kubernetes `pkg/controller/serviceaccount/serviceaccounts_controller.go`). */
export function createServiceAccountController(context: ControllerContext): Controller {
  const { client, clock, logger, informers } = context;
  const { namespaces, serviceAccounts } = informers;

  async function reconcile(namespace: string): Promise<Again> {
    const { metadata, status } = namespaces.get({ name: namespace }) ?? {};
    if (!metadata || metadata.deletionTimestamp || status?.phase === 'Terminating') return undefined;
    if (serviceAccounts.get({ namespace, name: DEFAULT })) return undefined;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT, namespace } };
    try {
      await client.create(SERVICE_ACCOUNTS, account, { namespace, fieldManager: MANAGER });
    } catch (error) {
      if (!isAlreadyExists(error) && !isNotFound(error) && !isNamespaceTerminating(error)) throw error;
    }
    return undefined;
  }

  return createController({
    name: 'serviceaccount',
    clock,
    logger,
    watches: [
      watch(namespaces, ({ metadata }) => [metadata.name ?? '']),
      watch(serviceAccounts, ({ metadata }) => (metadata.name === DEFAULT ? [metadata.namespace ?? ''] : [])),
    ],
    reconcile,
  });
}
