import { problemOf } from '../../base/errors.ts';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { PODS } from '../../kube/kinds/resources.data.ts';
import { isNamespaceTerminating, isNotFound } from '../../kube/values/status.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { type ControllerContext, MANAGER } from './context.ts';
import { controllerOf } from './controllerref.ts';
import { createExpectations } from './expectations.ts';

/** Makes and ends the pods of owners, and knows which of that the cache does not show yet (Kubernetes `controller_utils.go` RealPodControl). */
export interface PodControl {
  /** Records SuccessfulCreate or FailedCreate. Rejects with what the API said, except where the namespace is going. */
  create(owner: KubeObject, pod: Pod): Promise<void>;
  /** Records SuccessfulDelete or FailedDelete. A pod that is gone already is no failure. */
  delete(owner: KubeObject, pod: Pod): Promise<void>;
  /** False while the cache does not show all creations and deletions of an owner: counting now would repeat them. */
  isSettled(owner: KubeObject): boolean;
  /** The owner is gone. */
  forget(owner: KubeObject): void;
}

export function createPodControl(context: ControllerContext): PodControl {
  const { client, clock, logger, record, informers } = context;
  const { pods } = informers;
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

  /** The cache may be behind or ahead of the answer to a request. */
  function shown({ metadata }: Pod): Pod | undefined {
    const pod = pods.get({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' });
    return pod?.metadata.uid === metadata.uid ? pod : undefined;
  }

  return {
    async create(owner, pod) {
      const { namespace = '', uid = '', name } = owner.metadata;
      try {
        const made = await client.create(PODS, pod, { namespace, fieldManager: MANAGER });
        if (!shown(made)) expectations.expect(uid, creationOf(made));
        record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
      } catch (error) {
        if (isNamespaceTerminating(error)) return;
        logger.debug(
          { kind: owner.kind, owner: name, error: problemOf(error).message },
          'a pod could not be created',
        );
        record(owner, 'Warning', 'FailedCreate', `Error creating: ${problemOf(error).message}`);
        throw error;
      }
    },
    async delete(owner, pod) {
      const { namespace = '', name = '', uid = '' } = pod.metadata;
      try {
        await client.delete(PODS, { namespace, name }, { preconditions: { uid } });
        // Where somebody else was first, no event follows that could be waited for.
        const left = shown(pod);
        if (left && !left.metadata.deletionTimestamp) {
          expectations.expect(owner.metadata.uid ?? '', deletionOf(pod));
        }
        record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
      } catch (error) {
        if (isNotFound(error)) return;
        record(owner, 'Warning', 'FailedDelete', `Error deleting: ${problemOf(error).message}`);
        throw error;
      }
    },
    isSettled: ({ metadata }) => expectations.areMet(metadata.uid ?? ''),
    forget: ({ metadata }) => expectations.forget(metadata.uid ?? ''),
  };
}

const ownerOf = (pod: Pod): string => controllerOf(pod)?.uid ?? '';
const creationOf = (pod: Pod): string => `+${pod.metadata.uid}`;
const deletionOf = (pod: Pod): string => `-${pod.metadata.uid}`;
