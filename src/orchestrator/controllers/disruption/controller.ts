import type { Again } from '../../../base/queue.ts';
import { byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import { createInformer } from '../../../kube/client/informer.ts';
import type { Pod, PodDisruptionBudget } from '../../../kube/kinds/objects.data.ts';
import {
  POD_DISRUPTION_BUDGETS,
  REPLICATION_CONTROLLERS,
  STATEFUL_SETS,
} from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { selectorMatches } from '../../../kube/values/selectors.ts';
import { isConflict, notFoundAsUndefined } from '../../../kube/values/status.ts';
import type { OwnerReference } from '../../../kube/values/types.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { controllerOf } from '../controllerref.ts';
import { decide, type Observed } from './decide.ts';

/** Keeps the status of PodDisruptionBudgets, by which evictions are allowed. */
export function createDisruptionController(context: ControllerContext): Controller {
  const { client, reader, clock, logger, informers, record } = context;
  const { pods, replicaSets, deployments } = informers;
  const budgets = createInformer({ client: reader, resource: POD_DISRUPTION_BUDGETS, clock, logger });
  const podsIn = pods.index(byNamespace);
  const budgetsIn = budgets.index(byNamespace);

  const keysIn = (
    namespace: string | undefined,
    labels: Pod['metadata']['labels'] | 'any',
  ): readonly string[] =>
    budgetsIn(namespace ?? '')
      .filter((budget) => labels === 'any' || selectorMatches(budget.spec?.selector, labels ?? {}))
      .map((budget) => keyOf(budget.metadata));

  async function reconcile(key: string): Promise<Again> {
    const budget = budgets.get(splitKey(key));
    if (!budget) return undefined;
    const chosen = podsIn(budget.metadata.namespace ?? '').filter((pod) =>
      selectorMatches(budget.spec?.selector, pod.metadata.labels ?? {}),
    );
    if (chosen.length === 0) record(budget, 'Normal', 'NoPods', 'No matching pods found');
    const scale = await scaleOf(chosen, budget);
    const { status, recheckAt } = decide({ budget, pods: chosen, scale }, clock.now());
    if (!deepEqual(status, budget.status)) await write({ ...budget, status });
    return recheckAt === undefined ? undefined : { afterMs: Math.max(0, recheckAt - clock.now()) };
  }

  async function write(budget: PodDisruptionBudget): Promise<void> {
    try {
      await client.update(POD_DISRUPTION_BUDGETS, budget, { subresource: 'status', fieldManager: MANAGER });
    } catch (error) {
      // An eviction was first: its change brings us here again.
      if (!isConflict(error)) throw error;
    }
  }

  /** `disruption.go` getExpectedScale: of each controller once; pods without one are left out. */
  async function scaleOf(chosen: readonly Pod[], budget: PodDisruptionBudget): Promise<Observed['scale']> {
    const owners = new Map<string, { readonly owner: OwnerReference; readonly pod: Pod }>();
    for (const pod of chosen) {
      const owner = controllerOf(pod);
      if (owner) owners.set(owner.uid, { owner, pod });
    }
    const sizes = new Map<string, number>();
    for (const { owner, pod } of owners.values()) {
      const found = await sizeOf(owner, budget.metadata.namespace ?? '');
      if (!found) return { problem: `found no controllers for pod "${pod.metadata.name}"` };
      sizes.set(found.uid, found.replicas);
    }
    return { replicas: [...sizes.values()].reduce((sum, one) => sum + one, 0) };
  }

  /** The object that says how many pods are wanted: the Deployment of a ReplicaSet rather than the set. */
  async function sizeOf(
    { kind, name, uid }: OwnerReference,
    namespace: string,
  ): Promise<{ readonly uid: string; readonly replicas: number } | undefined> {
    if (kind === 'ReplicaSet') {
      const set = replicaSets.get({ namespace, name });
      if (set?.metadata.uid !== uid) return undefined;
      const above = controllerOf(set);
      const deployment =
        above?.kind === 'Deployment' ? deployments.get({ namespace, name: above.name }) : undefined;
      const owner = deployment ?? set;
      return { uid: owner.metadata.uid ?? '', replicas: owner.spec.replicas ?? 1 };
    }
    const read =
      kind === 'StatefulSet'
        ? client.get(STATEFUL_SETS, { namespace, name })
        : kind === 'ReplicationController'
          ? client.get(REPLICATION_CONTROLLERS, { namespace, name })
          : undefined;
    const owner = await read?.catch(notFoundAsUndefined);
    return owner?.metadata.uid === uid ? { uid, replicas: owner.spec?.replicas ?? 1 } : undefined;
  }

  return createController({
    name: 'disruption',
    clock,
    logger,
    watches: [
      watch(budgets, (budget) => [keyOf(budget.metadata)]),
      watch(pods, ({ metadata }) => keysIn(metadata.namespace, metadata.labels)),
      watch(replicaSets, ({ metadata }) => keysIn(metadata.namespace, 'any')),
      watch(deployments, ({ metadata }) => keysIn(metadata.namespace, 'any')),
    ],
    reconcile,
  });
}
