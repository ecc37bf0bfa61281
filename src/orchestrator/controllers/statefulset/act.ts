import { problemOf } from '../../../base/errors.ts';
import type { PersistentVolumeClaim, Pod, StatefulSet } from '../../../kube/kinds/objects.data.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../../kube/kinds/resources.data.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { isControlledBy } from '../controllerref.ts';
import { slowStartEach } from '../slowstart.ts';
import type { ClaimWork } from './claims.ts';
import type { PodStep, StatefulSetDecision } from './decide.ts';

/** Carries out what was decided for a set, up to the first failure, which it returns. */
export type Act = (set: StatefulSet, decision: StatefulSetDecision) => Promise<unknown>;

/** Kubernetes `pkg/controller/statefulset/stateful_pod_control.go`. */
export function createAct({ client, record }: ControllerContext): Act {
  async function group(set: StatefulSet, steps: readonly PodStep[], isOrdered: boolean): Promise<unknown> {
    if (!isOrdered) return slowStartEach(steps, (one) => step(set, one));
    try {
      for (const one of steps) await step(set, one);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  function step(set: StatefulSet, one: PodStep): Promise<void> {
    switch (one.type) {
      case 'create':
        return createPod(set, one.pod, one.claims);
      case 'update':
        return updatePod(set, one.pod, one.after, one.claims);
      case 'claims':
        return prepareClaims(set, one.pod, one.claims);
      case 'delete':
        return deletePod(set, one.pod);
    }
  }

  async function createPod(set: StatefulSet, pod: Pod, claims: ClaimWork): Promise<void> {
    await recorded(set, pod, 'Create', () => createClaims(set, pod, claims), 'failures');
    try {
      await recorded(set, pod, 'Create', () => create(pod));
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      if (!isAlreadyExists(error) || !(await isOurs(set, pod))) throw error;
    }
    await recorded(set, pod, 'Update', () => giveOwners(set, claims), 'failures');
  }

  const create = (pod: Pod): Promise<Pod> =>
    client.create(PODS, pod, { namespace: pod.metadata.namespace ?? '', fieldManager: MANAGER });

  /** The cache does not show yet what an earlier pass made. */
  async function isOurs(set: StatefulSet, { metadata }: Pod): Promise<boolean> {
    const { namespace = '', name = '' } = metadata;
    return isControlledBy(await client.get(PODS, { namespace, name }), set);
  }

  async function updatePod(set: StatefulSet, pod: Pod, after: Pod, claims: ClaimWork): Promise<void> {
    await recorded(set, pod, 'Update', async () => {
      await createClaims(set, pod, claims);
      await giveOwners(set, claims);
      if (after !== pod) await client.update(PODS, after, { fieldManager: MANAGER });
    });
  }

  async function prepareClaims(set: StatefulSet, pod: Pod, claims: ClaimWork): Promise<void> {
    await createClaims(set, pod, claims);
    await recorded(set, pod, 'Update', () => giveOwners(set, claims), 'failures');
  }

  async function deletePod(set: StatefulSet, pod: Pod): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    try {
      await recorded(set, pod, 'Delete', () =>
        client.delete(PODS, { namespace, name }, { preconditions: { uid } }),
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async function createClaims(set: StatefulSet, pod: Pod, { missing, leaving }: ClaimWork): Promise<void> {
    const failed = leaving.map((name) => `pvc ${name} is being deleted`);
    for (const claim of missing) {
      const problem = await createClaim(set, pod, claim);
      if (problem !== undefined) failed.push(`failed to create PVC ${claim.metadata.name}: ${problem}`);
    }
    if (failed.length > 0) throw new Error(failed.length === 1 ? failed[0] : `[${failed.join(', ')}]`);
  }

  async function createClaim(
    set: StatefulSet,
    pod: Pod,
    claim: PersistentVolumeClaim,
  ): Promise<string | undefined> {
    const { namespace = '', name } = claim.metadata;
    const about = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    try {
      await client.create(PERSISTENT_VOLUME_CLAIMS, claim, { namespace, fieldManager: MANAGER });
      record(set, 'Normal', 'SuccessfulCreate', `Create Claim ${name} ${about} success`);
      return undefined;
    } catch (error) {
      // The cache does not show it yet.
      if (isAlreadyExists(error)) return undefined;
      const { message } = problemOf(error);
      record(set, 'Warning', 'FailedCreate', `Create Claim ${name} for ${about} failed error: ${message}`);
      return message;
    }
  }

  async function giveOwners(set: StatefulSet, { owned, conflicting }: ClaimWork): Promise<void> {
    for (const name of conflicting) {
      const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
      record(set, 'Warning', 'ConflictingController', message);
    }
    for (const { claim, owners } of owned) {
      const changed = { ...claim, metadata: { ...claim.metadata, ownerReferences: owners } };
      try {
        await client.update(PERSISTENT_VOLUME_CLAIMS, changed, { fieldManager: MANAGER });
      } catch (error) {
        const { message } = problemOf(error);
        throw new Error(
          `could not update claim ${claim.metadata.name} for delete policy ownerRefs: ${message}`,
          {
            cause: error,
          },
        );
      }
    }
  }

  /** Records how an attempt went, or of some only that it failed. */
  async function recorded(
    set: StatefulSet,
    pod: Pod,
    verb: 'Create' | 'Update' | 'Delete',
    attempt: () => Promise<unknown>,
    what: 'all' | 'failures' = 'all',
  ): Promise<void> {
    const about = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    try {
      await attempt();
    } catch (error) {
      const isQuiet = isAlreadyExists(error) || isNotFound(error) || isNamespaceTerminating(error);
      const message = `${about} failed error: ${problemOf(error).message}`;
      if (!isQuiet) record(set, 'Warning', `Failed${verb}`, message);
      throw error;
    }
    if (what === 'all') record(set, 'Normal', `Successful${verb}`, `${about} successful`);
  }

  return async (set, { groups, isOrdered }) => {
    for (const steps of groups) {
      const error = await group(set, steps, isOrdered);
      if (error !== undefined) return error;
    }
    return undefined;
  };
}
