import { problemOf } from '../../../base/errors.ts';
import type { Again } from '../../../base/queue.ts';
import { byController, byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { Deployment, Pod, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../../../kube/kinds/resources.data.ts';
import { DEPLOYMENT_REVISION } from '../../../kube/values/annotations.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../../kube/values/status.ts';
import { changeHands } from '../claims.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { controllerOf, isControlledBy } from '../controllerref.ts';
import { orphansByNamespace, ownerKeys } from '../ownerkeys.ts';
import { type DeploymentAction, decideDeployment } from './decide.ts';
import { replicasOf } from './generations.ts';
import { type DeploymentStatus, withMilestone } from './progress.ts';
import { isRolling } from './rolling.ts';
import { isSameTemplate } from './template.ts';

export function createDeploymentController(context: ControllerContext): Controller {
  const { client, clock, logger, record, informers } = context;
  const { deployments, replicaSets, pods } = informers;
  const setsOf = replicaSets.index(byController);
  const orphansIn = replicaSets.index(orphansByNamespace);
  const podsOf = pods.index(byController);
  const keysOf = ownerKeys(DEPLOYMENTS, deployments.index(byNamespace));

  /** Only Recreate waits for pods; a rolling update follows the counts of its replica sets. */
  function keysOfPod(pod: Pod): readonly string[] {
    const controller = controllerOf(pod);
    const { namespace = '' } = pod.metadata;
    const set = controller && replicaSets.get({ namespace, name: controller.name });
    return (set ? keysOf(set) : []).filter((key) => {
      const deployment = deployments.get(splitKey(key));
      return deployment !== undefined && !isRolling(deployment);
    });
  }

  async function reconcile(key: string): Promise<Again> {
    const deployment = deployments.get(splitKey(key));
    if (!deployment) return undefined;
    const { uid = '', namespace = '' } = deployment.metadata;
    const { actions, status, revision, afterMs } = decideDeployment(
      {
        deployment,
        replicaSets: [...setsOf(uid), ...orphansIn(namespace)],
        podsOf: (set) => podsOf(set.metadata.uid ?? ''),
      },
      clock.now(),
    );
    for (const action of actions) await act(deployment, action);
    await writeStatus(deployment, status, revision);
    return afterMs === undefined ? undefined : { afterMs };
  }

  async function act(deployment: Deployment, action: DeploymentAction): Promise<void> {
    switch (action.type) {
      case 'adopt':
      case 'release':
        return changeHands(client, DEPLOYMENTS, deployment, REPLICA_SETS, action);
      case 'create':
        return createSet(deployment, action.replicaSet);
      case 'update':
        return updateSet(deployment, action.before, action.after);
      case 'delete':
        return deleteSet(action.replicaSet);
    }
  }

  async function createSet(deployment: Deployment, replicaSet: ReplicaSet): Promise<void> {
    const { name = '', namespace = '' } = replicaSet.metadata;
    try {
      await client.create(REPLICA_SETS, replicaSet, { namespace, fieldManager: MANAGER });
    } catch (error) {
      if (isAlreadyExists(error)) return settleCollision(deployment, replicaSet);
      if (isNamespaceTerminating(error)) return;
      const message = problemOf(error).message;
      record(
        deployment,
        'Warning',
        'ReplicaSetCreateError',
        `Failed to create new replica set "${name}": ${message}`,
      );
      const { status = {} } = withMilestone(deployment, 'failedCreate', name, clock.now(), message);
      await writeStatus(deployment, status, undefined);
      throw error;
    }
    if (replicasOf(replicaSet) > 0) recordScaling(deployment, name, 0, replicasOf(replicaSet));
  }

  /**
   * The name is taken: by our own set that the cache does not show yet (nothing to do), or by another template with the same
   * hash, which the collision count then resolves.
   */
  async function settleCollision(deployment: Deployment, replicaSet: ReplicaSet): Promise<void> {
    const { name = '', namespace = '' } = replicaSet.metadata;
    const live = await client.get(REPLICA_SETS, { namespace, name });
    if (isControlledBy(live, deployment) && isSameTemplate(live.spec.template, replicaSet.spec.template))
      return;
    const { status = {} } = deployment;
    await writeStatus(deployment, { ...status, collisionCount: (status.collisionCount ?? 0) + 1 }, undefined);
    throw new Error(`the name ${name} belongs to another template: trying with another hash`);
  }

  async function updateSet(deployment: Deployment, before: ReplicaSet, after: ReplicaSet): Promise<void> {
    await client.update(REPLICA_SETS, after, { fieldManager: MANAGER });
    const [from, to] = [replicasOf(before), replicasOf(after)];
    if (from !== to) recordScaling(deployment, after.metadata.name ?? '', from, to);
  }

  function recordScaling(deployment: Deployment, set: string, from: number, to: number): void {
    const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${set} from ${from} to ${to}`;
    record(deployment, 'Normal', 'ScalingReplicaSet', message);
  }

  async function deleteSet({ metadata }: ReplicaSet): Promise<void> {
    const { namespace = '', name = '', uid = '' } = metadata;
    try {
      await client.delete(REPLICA_SETS, { namespace, name }, { preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async function writeStatus(
    deployment: Deployment,
    status: DeploymentStatus,
    revision: string | undefined,
  ): Promise<void> {
    const isRevised =
      revision !== undefined && deployment.metadata.annotations?.[DEPLOYMENT_REVISION] !== revision;
    const current = isRevised ? await writeRevision(deployment, revision) : deployment;
    if (deepEqual(status, deployment.status)) return;
    await client.update(
      DEPLOYMENTS,
      { ...current, status },
      { subresource: 'status', fieldManager: MANAGER },
    );
  }

  /** `kubectl rollout history` and `undo` read the number of the current revision here. */
  function writeRevision({ metadata }: Deployment, revision: string): Promise<Deployment> {
    const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata;
    const body = { metadata: { uid, resourceVersion, annotations: { [DEPLOYMENT_REVISION]: revision } } };
    return client.patch(DEPLOYMENTS, { namespace, name }, { type: 'merge', body }, { fieldManager: MANAGER });
  }

  return createController({
    name: 'deployment',
    clock,
    logger,
    watches: [
      watch(deployments, (one) => [keyOf(one.metadata)]),
      watch(replicaSets, keysOf),
      watch(pods, keysOfPod),
    ],
    reconcile,
  });
}
