import { rfc3339 } from '../../../base/clock.ts';
import { recordUpdate } from '../../../kube/ownership/managedfields.ts';
import { ANYTHING } from '../../../kube/schema/schema.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Entry } from '../../store/types.ts';
import { assertValid, completed } from '../admission/admission.ts';
import { assertRoom } from '../admission/room.ts';
import type { ApiContext } from '../context.ts';
import { endpointOf } from '../kinds/endpoint.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import { draft, toServed, toStored } from '../stored.ts';
import type { ItemTarget, Stored, WriteParameters } from '../types.ts';
import { updatedMetadata, withGeneration } from './metadata.ts';

/** Who gave no name and has none that can be derived. */
export const DEFAULT_MANAGER = 'unknown';

export type WriteRequest = ItemTarget & WriteParameters;

/**
 * The common course of update and patch, from the moment that the wanted view is known: what the endpoint lets through →
 * server's metadata and defaults → ownership → what the server adds → validity → store.
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
  const owned = recordUpdate({
    live: before,
    updated: keep(kind, endpointOf(kind, subresource).write(before, wanted), before),
    manager: request.fieldManager || DEFAULT_MANAGER,
    time: rfc3339(context.clock.now()),
    schema: kind.schema() ?? ANYTHING,
    ...(subresource === undefined ? {} : { subresource }),
  });
  const prepared = prepare(context, kind, subresource, owned, before);
  const stored = await store(context, kind, live, prepared, request.dryRun);
  return throughEndpoint(kind, subresource, stored);
}

/** What is read at the endpoint of what is stored: a write to `scale` answers with a Scale. */
export function throughEndpoint(kind: Kind, subresource: string | undefined, stored: Stored): Stored {
  const view = endpointOf(kind, subresource).read(stored.object);
  return view === stored.object ? stored : draft(view);
}

/** The object as its author wants it, with the metadata that is the server's as it was. */
export const keep = (kind: Kind, object: KubeObject, live: KubeObject): KubeObject =>
  completed(kind, updatedMetadata(kind, object, live));

/** What the server adds to an update, checked. */
export function prepare(
  context: ApiContext,
  kind: Kind,
  subresource: string | undefined,
  kept: KubeObject,
  live: KubeObject,
): KubeObject {
  const isMain = subresource === undefined;
  const prepared = isMain ? (kind.strategy.prepareForUpdate?.(kept, live, context) ?? kept) : kept;
  // Being bound to a node is no change of what a pod is meant to be.
  const counted = subresource === 'binding' ? prepared : withGeneration(kind, prepared, live);
  assertValid(context, kind, counted, live);
  return counted;
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
  assertRoom(context, stored, live.object);
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

/** The end of every create: what the server adds, validity, store. */
export async function storeNew(
  context: ApiContext,
  kind: Kind,
  object: KubeObject,
  dryRun = false,
): Promise<Stored> {
  const prepared = kind.strategy.prepareForCreate?.(object, context) ?? object;
  assertValid(context, kind, prepared, undefined);
  if (dryRun) return draft(prepared);
  assertRoom(context, prepared);
  const { namespace, name = '' } = prepared.metadata;
  const entry = await context.store.put(keyOf(kind, namespace, name), toStored(kind, prepared));
  context.onWrite(kind, entry.object, true);
  return context.views.of(kind, entry);
}
