import { pooled } from '../../base/pooled.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { NAMESPACES } from '../../kube/kinds/resources.data.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../kube/values/status.ts';
import type { JsonObject, KubeObject, ManagedFieldsEntry, Resource } from '../../kube/values/types.ts';
import { FIELD_MANAGER } from '../../model/types.ts';
import { givenUp, type Ignored } from '../plan/ignored.ts';
import { isReplaced } from '../plan/marks.ts';
import { applyOrderOf } from '../plan/order.ts';
import { isWrite } from '../plan/plan.ts';
import { refKey } from '../plan/refkey.ts';
import { knowsFieldsOf, takenOver } from '../plan/takeover.ts';
import type { Step } from '../plan/types.ts';
import { keyOf, withRevision } from './observe.ts';
import { writeOver } from './replace.ts';

const CONCURRENCY = 8;

/** What became of one step, in a closed vocabulary that feeds log, events and inventory alike. */
export type Applied =
  | { readonly outcome: 'written'; readonly object: KubeObject }
  /** Deletion was asked for; the object leaves the inventory when a later look finds it gone. */
  | { readonly outcome: 'deleting' }
  | { readonly outcome: 'failed'; readonly error: unknown };

/**
 * Executes the writes of one stage: the only code that writes app resources. Kinds in order, members of a kind side by side;
 * a failure stops the kinds after it. Nothing is written for a step that is not a write.
 */
export async function applyStage(
  client: KubeClient,
  steps: readonly Step[],
  revision: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Applied>> {
  const results = new Map<string, Applied>();
  for (const group of byRank(steps.filter(isWrite))) {
    await pooled(group, CONCURRENCY, async (step) => {
      results.set(refKey(step.ref), await applyStep(client, step, revision, signal));
    });
    if ([...results.values()].some(({ outcome }) => outcome === 'failed')) break;
    signal.throwIfAborted();
  }
  return results;
}

async function applyStep(
  client: KubeClient,
  step: Step,
  revision: string,
  signal: AbortSignal,
): Promise<Applied> {
  try {
    // A kind that an earlier stage defined is served by now, or the failure says that it is not.
    const resource = (await client.resourceFor(step.ref)) ?? step.resource;
    if (resource === undefined) throw new Error(`the cluster does not serve ${step.ref.kind}`);
    return await execute(client, step, resource, revision, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return { outcome: 'failed', error };
  }
}

async function execute(
  client: KubeClient,
  step: Step,
  resource: Resource,
  revision: string,
  signal: AbortSignal,
): Promise<Applied> {
  switch (step.action) {
    case 'create': {
      const options = { fieldManager: FIELD_MANAGER, force: false, signal };
      const object = await client.apply(resource, withRevision(step.object, revision), options);
      return { outcome: 'written', object: await giveUp(client, resource, object, step.ignore, signal) };
    }
    case 'update': {
      const { object, live, force, ignore } = step;
      if (!isReplaced(object, ignore)) await prepareManagers(client, resource, step, signal);
      const wanted = withRevision(object, revision);
      const written = await writeOver(client, resource, wanted, live, { force, ignore, signal });
      return { outcome: 'written', object: written };
    }
    case 'recreate':
    case 'prune': {
      // The UID makes sure that what is deleted is what was looked at.
      const uid = step.live.metadata.uid;
      await client
        .delete(resource, keyOf(step.ref), {
          propagationPolicy: 'Background',
          ...(uid ? { preconditions: { uid } } : {}),
          signal,
        })
        .catch(alreadyGone);
      return { outcome: 'deleting' };
    }
    default:
      throw new Error(`a step of action ${step.action} is not executed`);
  }
}

/**
 * Gives up our hold on what is ignored of an object and leaves its values as they are: an apply without a field that nobody else holds
 * deletes it (KEP-555). Of exactly the object that was looked at; resolves with the object after it.
 */
async function giveUp(
  client: KubeClient,
  resource: Resource,
  live: KubeObject,
  ignore: Ignored | undefined,
  signal: AbortSignal,
): Promise<KubeObject> {
  const managedFields = givenUp(live, ignore);
  return managedFields === undefined ? live : writeManagers(client, resource, live, managedFields, signal);
}

/** Before an object is applied that others wrote: their fields become ours as the plan showed it, or ours are given up. */
async function prepareManagers(
  client: KubeClient,
  resource: Resource,
  { live, cause, ignore }: Extract<Step, { action: 'update' }>,
  signal: AbortSignal,
): Promise<void> {
  const taken = cause === 'adoption' && knowsFieldsOf(live) ? takenOver(live, ignore) : undefined;
  if (taken === undefined) await giveUp(client, resource, live, ignore, signal);
  else await writeManagers(client, resource, live, taken, signal);
}

/** Of exactly the object that was looked at. */
async function writeManagers(
  client: KubeClient,
  resource: Resource,
  live: KubeObject,
  managedFields: readonly ManagedFieldsEntry[],
  signal: AbortSignal,
): Promise<KubeObject> {
  const { resourceVersion, uid, name = '', namespace } = live.metadata;
  const metadata = { managedFields, resourceVersion, uid } as unknown as JsonObject;
  const key = { ...(namespace ? { namespace } : {}), name };
  const patch = { type: 'merge', body: { metadata } } as const;
  return client.patch(resource, key, patch, { fieldManager: FIELD_MANAGER, signal });
}

function alreadyGone(error: unknown): void {
  if (isNotFound(error)) return;
  // Another object of the same name has taken its place: the next plan looks at that one.
  if (isConflict(error)) return;
  throw error;
}

/** Makes the further namespaces that are to be delivered to and are not there. They are never pruned, so they are not in an inventory. */
export async function ensureNamespaces(
  client: KubeClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const name of names) {
    const exists = await client.get(NAMESPACES, { name }, { signal }).then(
      () => true,
      (error: unknown) => {
        if (isNotFound(error)) return false;
        throw error;
      },
    );
    if (exists) continue;
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await client
      .create(NAMESPACES, namespace, { fieldManager: FIELD_MANAGER, signal })
      .catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw error;
      });
  }
}

function byRank(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups = new Map<number, Step[]>();
  for (const step of steps) {
    const rank = applyOrderOf(step.ref) * (step.action === 'prune' ? -1 : 1);
    groups.set(rank, [...(groups.get(rank) ?? []), step]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
