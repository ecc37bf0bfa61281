import { problemOf } from '../../../base/errors.ts';
import type { Again } from '../../../base/queue.ts';
import { byController, byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { Pod, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { PODS } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { changeHands } from '../claims.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { controllerOf } from '../controllerref.ts';
import { orphansByNamespace, ownerKeys } from '../ownerkeys.ts';
import { createPodControl } from '../podcontrol.ts';
import { nextAvailableInMs } from '../pods.ts';
import { podFromTemplate } from '../podtemplate.ts';
import { slowStart } from '../slowstart.ts';
import { ofReplicaSets, ofReplicationControllers, type RunKind } from './conversion.ts';
import { decideReplicaSet, type ReplicaSetAction } from './decide.ts';
import { type ReplicaFailure, replicaSetStatus } from './status.ts';

export const createReplicaSetController = (context: ControllerContext): Controller =>
  createRunner(context, ofReplicaSets(context.informers));

/** Kubernetes `pkg/controller/replication/replication_controller.go`: the same controller, behind a conversion. */
export const createReplicationManager = (context: ControllerContext): Controller =>
  createRunner(context, ofReplicationControllers(context.informers));

function createRunner<T extends KubeObject>(context: ControllerContext, run: RunKind<T>): Controller {
  const { client, clock, logger, informers } = context;
  const { pods } = informers;
  const { resource, informer, read, write } = run;
  const podsOf = pods.index(byController);
  const orphansIn = pods.index(orphansByNamespace);
  const setsOf = informer.index(byController);
  const keysOf = ownerKeys(resource, informer.index(byNamespace), (set) => read(set).spec.selector);
  const control = createPodControl(context);

  async function reconcile(key: string): Promise<Again> {
    const found = informer.get(splitKey(key));
    if (!found) return undefined;
    const replicaSet = read(found);
    const { uid = '', namespace = '' } = replicaSet.metadata;
    const owner = controllerOf(replicaSet);
    const family = owner ? setsOf(owner.uid) : [replicaSet];
    const decision = decideReplicaSet(
      {
        replicaSet,
        pods: [...podsOf(uid), ...orphansIn(namespace)],
        related: family.flatMap((set) => podsOf(set.metadata.uid ?? '')),
        settled: control.isSettled(replicaSet),
      },
      clock.now(),
    );
    const outcome = await act(replicaSet, decision.actions);
    await writeStatus(replicaSet, decision.replicas, outcome.failure);
    if (outcome.error) throw outcome.error;
    const afterMs = nextAvailableInMs(decision.replicas, replicaSet.spec.minReadySeconds ?? 0, clock.now());
    return afterMs === undefined ? undefined : { afterMs };
  }

  async function act(replicaSet: ReplicaSet, actions: readonly ReplicaSetAction[]): Promise<Outcome> {
    for (const action of actions) {
      if (action.type === 'adopt' || action.type === 'release') {
        await changeHands(client, resource, replicaSet, PODS, action);
      }
    }
    const count = actions.reduce((sum, action) => sum + (action.type === 'create' ? action.count : 0), 0);
    const failedCreate = await slowStart(count, () =>
      control.create(replicaSet, podFromTemplate(replicaSet, replicaSet.spec.template)),
    );
    if (failedCreate) return outcomeOf('FailedCreate', failedCreate);
    const victims = actions.flatMap((action) => (action.type === 'delete' ? [action.pod] : []));
    const deletions = await Promise.allSettled(victims.map((pod) => control.delete(replicaSet, pod)));
    const failedDelete = deletions.find((result) => result.status === 'rejected');
    return failedDelete ? outcomeOf('FailedDelete', failedDelete.reason) : {};
  }

  async function writeStatus(
    replicaSet: ReplicaSet,
    replicas: readonly Pod[],
    failure: ReplicaFailure | undefined,
  ): Promise<void> {
    const status = replicaSetStatus(replicaSet, replicas, failure, clock.now());
    if (deepEqual(status, replicaSet.status)) return;
    await client.update(resource, write({ ...replicaSet, status }), {
      subresource: 'status',
      fieldManager: MANAGER,
    });
  }

  informer.listen({ delete: control.forget });

  return createController({
    name: run.name,
    clock,
    logger,
    watches: [watch(informer, (set) => [keyOf(set.metadata)]), watch(pods, keysOf)],
    reconcile,
  });
}

interface Outcome {
  readonly failure?: ReplicaFailure;
  readonly error?: unknown;
}

const outcomeOf = (reason: ReplicaFailure['reason'], error: unknown): Outcome => ({
  failure: { reason, message: problemOf(error).message },
  error,
});
