import { rfc3339 } from '../../base/clock.ts';
import { recordUpdate } from '../../kube/managedfields.ts';
import { ANYTHING } from '../../kube/schema.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { Entry } from '../store/types.ts';
import { assertShape, assertValid, defaulted } from './admission.ts';
import type { ApiContext } from './context.ts';
import { endpointOf } from './endpoint.ts';
import { type Kind, keyOf } from './kind.ts';
import { updatedMetadata, withGeneration } from './metadata.ts';
import { draft, toServed, toStored } from './stored.ts';
import type { ItemTarget, Stored, WriteParameters } from './types.ts';

/** Who gave no name and has none that can be derived. */
export const DEFAULT_MANAGER = 'unknown';

export type WriteRequest = ItemTarget & WriteParameters;

/**
 * The common course of update and patch, from the moment that the wanted view is known:
 * what the endpoint lets through → server's metadata → the kind's own rules → defaults → generation → ownership → validity → store.
 */
export async function update(
  context: ApiContext,
  kind: Kind,
  request: WriteRequest,
  live: Entry,
  wanted: KubeObject,
): Promise<Stored> {
  const { subresource } = request;
  const before = toServed(kind, live.object);
  const admitted = admit(
    context,
    kind,
    subresource,
    endpointOf(kind, subresource).write(before, wanted),
    before,
  );
  const owned = recordUpdate({
    live: before,
    updated: admitted,
    manager: request.fieldManager || DEFAULT_MANAGER,
    time: rfc3339(context.clock.now()),
    schema: kind.schema() ?? ANYTHING,
    ...(subresource === undefined ? {} : { subresource }),
  });
  assertValid(context, kind, owned, before);
  const stored = await store(context, kind, live, owned, request.dryRun);
  return throughEndpoint(kind, subresource, stored);
}

/** What is read at the endpoint of what is stored: a write to `scale` answers with a Scale. */
export function throughEndpoint(kind: Kind, subresource: string | undefined, stored: Stored): Stored {
  const view = endpointOf(kind, subresource).read(stored.object);
  return view === stored.object ? stored : draft(view);
}

export function admit(
  context: ApiContext,
  kind: Kind,
  subresource: string | undefined,
  object: KubeObject,
  live: KubeObject,
): KubeObject {
  const kept = defaulted(kind, updatedMetadata(kind, object, live));
  assertShape(kind, kept);
  // Being bound to a node is no change of what a pod is meant to be.
  if (subresource === 'binding') return kept;
  const prepared =
    subresource === undefined ? (kind.strategy.prepareForUpdate?.(kept, live, context) ?? kept) : kept;
  return withGeneration(kind, prepared, live);
}

/** The end of every write to an object that is there: it is stored, or gone when nothing holds its deletion any more. */
export async function store(
  context: ApiContext,
  kind: Kind,
  live: Entry,
  object: KubeObject,
  dryRun = false,
): Promise<Stored> {
  if (dryRun) return draft(object);
  const stored = toStored(kind, object);
  const entry = isReleased(kind, object)
    ? await context.store.delete(live.key, stored)
    : await context.store.put(live.key, stored);
  context.onWrite(kind, entry.object, context.store.get(live.key) !== undefined);
  return context.views.of(kind, entry);
}

/** Marked for deletion, with neither grace nor finalizers left (`ShouldDeleteDuringUpdate`). */
export function isReleased(kind: Kind, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  return (
    deletionTimestamp !== undefined &&
    deletionGracePeriodSeconds === 0 &&
    finalizers.length === 0 &&
    !kind.strategy.holdsDeletion?.(object)
  );
}

/** The end of every create. */
export async function storeNew(
  context: ApiContext,
  kind: Kind,
  object: KubeObject,
  dryRun = false,
): Promise<Stored> {
  if (dryRun) return draft(object);
  const { namespace, name = '' } = object.metadata;
  const entry = await context.store.put(keyOf(kind, namespace, name), toStored(kind, object));
  context.onWrite(kind, entry.object, true);
  return context.views.of(kind, entry);
}
