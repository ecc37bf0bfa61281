import { onAbort } from '../../../base/abort.ts';
import { problemOf } from '../../../base/errors.ts';
import { type Again, createWorkQueue } from '../../../base/queue.ts';
import type { ObjectKey } from '../../../kube/client/client.ts';
import { createInformer } from '../../../kube/client/informer.ts';
import { API_SERVICES, CUSTOM_RESOURCE_DEFINITIONS } from '../../../kube/kinds/resources.data.ts';
import { isConflict, notFoundAsUndefined } from '../../../kube/values/status.ts';
import {
  formatRef,
  type JsonObject,
  type KubeObject,
  type OwnerReference,
  refOf,
} from '../../../kube/values/types.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import {
  decideGarbage,
  FOREGROUND,
  type GarbageAction,
  isForeground,
  ORPHAN,
  type Owner,
  type OwnerState,
} from './decide.ts';
import { Busy, fewElsewhere } from './fewelsewhere.ts';
import { createMonitors, type Found } from './monitors.ts';

export interface GarbageCollector {
  start(signal: AbortSignal): void;
  stop(): Promise<void>;
}

/** The queue key of the search for new kinds. */
const DISCOVERY = 'discovery';
/** Another server may serve more than before, which no object here says (Kubernetes' period). */
const REDISCOVER_MS = 30_000;
/** When enough wait for other API servers. */
const BUSY_MS = 500;

/** Deletes objects whose owners are gone, and carries out foreground and orphaning deletion; keys are uids. */
export function createGarbageCollector(context: ControllerContext): GarbageCollector {
  const { clock, record, elsewhere } = context;
  const client = fewElsewhere(elsewhere);
  const logger = context.logger.child({ controller: 'garbage' });
  const lifetime = new AbortController();
  const queue = createWorkQueue({
    clock,
    concurrency: 8,
    work,
    onFailure({ key, error, failures, retryMs }) {
      const fields = { key, failures, retryMs, error: problemOf(error).message };
      if (isConflict(error) && failures < 5) logger.debug(fields, 'retrying after a conflict');
      else logger.error(fields, 'garbage collection failed');
    },
  });
  // Kinds come and go with these.
  const here = { client: context.client, clock, logger };
  const definitions = createInformer({ ...here, resource: CUSTOM_RESOURCE_DEFINITIONS });
  const apiServices = createInformer({ ...here, resource: API_SERVICES });
  const monitors = createMonitors(
    { here: context.client, elsewhere, clock, logger },
    {
      add: look,
      update(object, before) {
        look(object);
        for (const uid of unblockedOwners(before, object)) queue.add(uid);
      },
      delete(object) {
        for (const dependent of monitors.dependentsOf(object.metadata.uid ?? '')) enqueue(dependent.object);
        // An owner that waits for this object may be finalized now.
        for (const { uid } of object.metadata.ownerReferences ?? []) queue.add(uid);
      },
    },
  );
  let isReady = false;

  const enqueue = (object: KubeObject): void => queue.add(object.metadata.uid ?? '');

  function look(object: KubeObject): void {
    if (object.metadata.ownerReferences?.length || isLeaving(object)) enqueue(object);
  }

  async function work(key: string): Promise<Again> {
    if (key === DISCOVERY) {
      await monitors.refresh(lifetime.signal);
      isReady = true;
      return { afterMs: REDISCOVER_MS };
    }
    // Until all kinds are cached, a dependent that blocks its owner could be missed.
    if (!isReady) return { afterMs: 50 };
    const found = monitors.find(key);
    return found ? collect(found).catch(laterIfBusy) : undefined;
  }

  function laterIfBusy(error: unknown): Again {
    if (error instanceof Busy) return { afterMs: BUSY_MS };
    throw error;
  }

  async function collect(found: Found): Promise<Again> {
    const object = await latest(found);
    if (!object) return undefined;
    const owners = await Promise.all(
      (object.metadata.ownerReferences ?? []).map((reference) => ownerOf(object, reference)),
    );
    const action = decideGarbage(object, owners, (uid) =>
      monitors.dependentsOf(uid).map((dependent) => dependent.object),
    );
    await act({ resource: found.resource, object }, action);
    return undefined;
  }

  /** The caches may be stale: an object is only deleted after its current state was read. */
  async function latest({ resource, object }: Found): Promise<KubeObject | undefined> {
    const live = await client.get(resource, nameOf(object)).catch(notFoundAsUndefined);
    return live?.metadata.uid === object.metadata.uid ? live : undefined;
  }

  async function ownerOf(object: KubeObject, reference: OwnerReference): Promise<Owner> {
    const known = monitors.find(reference.uid)?.object;
    const state = known ? presentState(object, known) : await absentState(object, reference);
    return { reference, state };
  }

  /** An owner in another namespace does not count: names are resolved in the namespace of the dependent (Kubernetes since 1.20). */
  function presentState(object: KubeObject, owner: KubeObject): OwnerState {
    const { namespace } = owner.metadata;
    if (namespace !== undefined && namespace !== object.metadata.namespace)
      return invalidOwner(object, owner.kind);
    const { deletionTimestamp, finalizers = [] } = owner.metadata;
    return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND) ? 'waiting' : 'solid';
  }

  async function absentState(object: KubeObject, reference: OwnerReference): Promise<OwnerState> {
    const resource = await elsewhere.client.resourceFor(reference);
    if (!resource) return 'unknown';
    const { namespace } = object.metadata;
    if (resource.namespaced && namespace === undefined) return invalidOwner(object, reference.kind);
    const key = { name: reference.name, ...(resource.namespaced && namespace ? { namespace } : {}) };
    const live = await client.get(resource, key).catch(notFoundAsUndefined);
    return live?.metadata.uid === reference.uid ? presentState(object, live) : 'absent';
  }

  function invalidOwner(object: KubeObject, kind: string): OwnerState {
    const message = `ownerRef names a ${kind} that is not in namespace "${object.metadata.namespace ?? ''}"`;
    record(object, 'Warning', 'OwnerRefInvalidNamespace', message);
    return object.metadata.namespace === undefined ? 'unknown' : 'absent';
  }

  async function act(found: Found, action: GarbageAction): Promise<void> {
    const { resource, object } = found;
    const { uid = '' } = object.metadata;
    switch (action.type) {
      case 'none':
        return;
      case 'orphan':
        await Promise.all(monitors.dependentsOf(uid).map((dependent) => disown(dependent, [uid])));
        return release(found, ORPHAN);
      case 'await':
        for (const dependent of action.dependents) enqueue(dependent);
        return;
      case 'unblock':
        return unblock(found);
      case 'finish':
        return release(found, action.finalizer);
      case 'disown':
        return disown(found, action.uids);
      case 'delete':
        logger.debug(
          { object: formatRef(refOf(object)), policy: action.policy },
          'deleting an object whose owner is gone',
        );
        await client
          .delete(resource, nameOf(object), { propagationPolicy: action.policy, preconditions: { uid } })
          .catch(notFoundAsUndefined);
    }
  }

  function disown(found: Found, owners: readonly string[]): Promise<void> {
    const { ownerReferences = [] } = found.object.metadata;
    const kept = ownerReferences.filter((reference) => !owners.includes(reference.uid));
    return patch(found, { ownerReferences: kept.map((reference) => ({ ...reference })) });
  }

  function unblock(found: Found): Promise<void> {
    const { ownerReferences = [] } = found.object.metadata;
    return patch(found, {
      ownerReferences: ownerReferences.map((reference) => ({ ...reference, blockOwnerDeletion: false })),
    });
  }

  function release(found: Found, finalizer: string): Promise<void> {
    const { finalizers = [] } = found.object.metadata;
    return patch(found, { finalizers: finalizers.filter((one) => one !== finalizer) });
  }

  /** Applies to the object as it was read; if it has changed since, it is processed again. */
  async function patch({ resource, object }: Found, change: JsonObject): Promise<void> {
    const { uid = '', resourceVersion = '' } = object.metadata;
    const body = { metadata: { uid, resourceVersion, ...change } };
    await client
      .patch(resource, nameOf(object), { type: 'merge', body }, { fieldManager: MANAGER })
      .catch(notFoundAsUndefined);
  }

  return {
    start(signal) {
      onAbort(signal, (reason) => lifetime.abort(reason));
      const discover = () => queue.add(DISCOVERY);
      for (const source of [definitions, apiServices]) {
        source.listen({ add: discover, update: discover, delete: discover });
        source.start(lifetime.signal);
      }
      discover();
    },
    async stop() {
      lifetime.abort(new Error('the garbage collector stops'));
      await queue.stop();
    },
  };
}

const isLeaving = (object: KubeObject): boolean =>
  isForeground(object) ||
  (object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).includes(ORPHAN));

/** Owners that a change of the dependent's references may have unblocked (Kubernetes addUnblockedOwnersToDeleteQueue). */
function unblockedOwners(before: KubeObject, now: KubeObject): readonly string[] {
  const blocked = (object: KubeObject) =>
    (object.metadata.ownerReferences ?? []).filter((owner) => owner.blockOwnerDeletion).map(({ uid }) => uid);
  const still = blocked(now);
  return blocked(before).filter((uid) => !still.includes(uid));
}

function nameOf({ metadata: { namespace, name = '' } }: KubeObject): ObjectKey {
  return namespace === undefined ? { name } : { namespace, name };
}
