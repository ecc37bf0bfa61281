import { problemOf } from '../../../base/errors.ts';
import type { Again } from '../../../base/queue.ts';
import { byController, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { Pod, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { PODS } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { selectorMatches } from '../../../kube/values/selectors.ts';
import { isNamespaceTerminating, isNotFound } from '../../../kube/values/status.ts';
import { isOfKind, type KubeObject } from '../../../kube/values/types.ts';
import { changeHands } from '../claims.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { controllerOf, controllerReference } from '../controllerref.ts';
import { createExpectations } from '../expectations.ts';
import { slowStart } from '../slowstart.ts';
import { ofReplicaSets, ofReplicationControllers, type RunKind } from './conversion.ts';
import { decideReplicaSet, nextAvailableInMs, type ReplicaSetAction } from './decide.ts';
import { type ReplicaFailure, replicaSetStatus } from './status.ts';

export const createReplicaSetController = (context: ControllerContext): Controller =>
  createRunner(context, ofReplicaSets(context.informers));

/** Kubernetes `pkg/controller/replication/replication_controller.go`: the same controller, behind a conversion. */
export const createReplicationManager = (context: ControllerContext): Controller =>
  createRunner(context, ofReplicationControllers(context.informers));

function createRunner<T extends KubeObject>(context: ControllerContext, run: RunKind<T>): Controller {
  const { client, clock, logger, record, informers } = context;
  const { pods } = informers;
  const { resource, informer, read, write } = run;
  const podsOf = pods.index(byController);
  const orphansIn = pods.index((pod) => (controllerOf(pod) ? [] : [pod.metadata.namespace ?? '']));
  const setsOf = informer.index(byController);
  const setsIn = informer.index((set) => [set.metadata.namespace ?? '']);
  const expectations = createExpectations(clock);

  pods.listen({
    add: (pod) => seen(pod),
    update: (pod) => seen(pod),
    delete: (pod) => expectations.observed(ownerOf(pod), deletionOf(pod)),
  });

  /** A pod that is being deleted fulfills the expected deletion: it no longer counts. */
  function seen(pod: Pod): void {
    expectations.observed(ownerOf(pod), creationOf(pod));
    if (pod.metadata.deletionTimestamp) expectations.observed(ownerOf(pod), deletionOf(pod));
  }

  function keysOf(pod: Pod): readonly string[] {
    const controller = controllerOf(pod);
    const { namespace = '' } = pod.metadata;
    if (controller) return isOfKind(controller, resource) ? [`${namespace}/${controller.name}`] : [];
    return setsIn(namespace)
      .filter((set) => selectorMatches(read(set).spec.selector, pod.metadata.labels))
      .map((set) => keyOf(set.metadata));
  }

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
        settled: expectations.areMet(uid),
      },
      clock.now(),
    );
    const outcome = await act(replicaSet, decision.actions);
    await writeStatus(replicaSet, decision.replicas, outcome.failure);
    if (outcome.error) throw outcome.error;
    const afterMs = nextAvailableInMs(replicaSet, decision.replicas, clock.now());
    return afterMs === undefined ? undefined : { afterMs };
  }

  async function act(replicaSet: ReplicaSet, actions: readonly ReplicaSetAction[]): Promise<Outcome> {
    for (const action of actions) {
      if (action.type === 'adopt' || action.type === 'release') {
        await changeHands(client, resource, replicaSet, PODS, action);
      }
    }
    const count = actions.reduce((sum, action) => sum + (action.type === 'create' ? action.count : 0), 0);
    const failedCreate = await slowStart(count, () => createPod(replicaSet));
    if (failedCreate) return outcomeOf('FailedCreate', failedCreate);
    const victims = actions.flatMap((action) => (action.type === 'delete' ? [action.pod] : []));
    const deletions = await Promise.allSettled(victims.map((pod) => deletePod(replicaSet, pod)));
    const failedDelete = deletions.find((result) => result.status === 'rejected');
    return failedDelete ? outcomeOf('FailedDelete', failedDelete.reason) : {};
  }

  async function createPod(replicaSet: ReplicaSet): Promise<void> {
    const { namespace = '', uid = '', name } = replicaSet.metadata;
    try {
      const pod = await client.create(PODS, podFrom(replicaSet), { namespace, fieldManager: MANAGER });
      const { name: made = '' } = pod.metadata;
      const isKnown = pods.get({ namespace, name: made })?.metadata.uid === pod.metadata.uid;
      if (!isKnown) expectations.expect(uid, creationOf(pod));
      record(replicaSet, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      logger.debug({ replicaSet: name, error: problemOf(error).message }, 'a pod could not be created');
      record(replicaSet, 'Warning', 'FailedCreate', `Error creating: ${problemOf(error).message}`);
      throw error;
    }
  }

  async function deletePod(replicaSet: ReplicaSet, pod: Pod): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const owner = replicaSet.metadata.uid ?? '';
    expectations.expect(owner, deletionOf(pod));
    try {
      await client.delete(PODS, { namespace, name }, { preconditions: { uid } });
      record(replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } catch (error) {
      expectations.observed(owner, deletionOf(pod));
      if (isNotFound(error)) return;
      record(replicaSet, 'Warning', 'FailedDelete', `Error deleting: ${problemOf(error).message}`);
      throw error;
    }
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

  informer.listen({ delete: (set) => expectations.forget(set.metadata.uid ?? '') });

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

const ownerOf = (pod: Pod): string => controllerOf(pod)?.uid ?? '';
const creationOf = (pod: Pod): string => `+${pod.metadata.uid}`;
const deletionOf = (pod: Pod): string => `-${pod.metadata.uid}`;

/** A pod from the template, owned by the replica set (Kubernetes `controller_utils.go` GetPodFromTemplate). */
function podFrom(replicaSet: ReplicaSet): Pod {
  const { metadata = {}, spec } = replicaSet.spec.template;
  const { labels, annotations, finalizers } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${replicaSet.metadata.name}-`,
      namespace: replicaSet.metadata.namespace ?? '',
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(replicaSet)],
    },
    spec,
  };
}
