import { type Awaitable, after } from '../../../base/awaitable.ts';
import { rfc3339 } from '../../../base/clock.ts';
import type { User } from '../../../kube/client/client.ts';
import { recordUpdate } from '../../../kube/ownership/managedfields.ts';
import { ANYTHING } from '../../../kube/schema/schema.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { AdmissionAttributes } from '../admission/plugin.ts';
import type { ApiContext } from '../context.ts';
import type { Kind } from '../kinds/kind.ts';
import { rowOf, viewOf } from '../kinds/subresource.ts';
import { draft } from '../stored.ts';
import type { Stored, WriteParameters } from '../types.ts';
import type { Outcome } from './guaranteedupdate.ts';
import { updatedMetadata, withGeneration } from './metadata.ts';
import { assertValid, completed } from './validation.ts';

/** The owner of fields whose writer gave no name and has none that can be derived. */
const DEFAULT_MANAGER = 'unknown';

export interface WriteRequest extends WriteParameters {
  readonly user: User;
  readonly subresource?: string;
}

/**
 * The common course of update and patch, from the moment that the wanted view is known: what the endpoint lets through →
 * server's metadata and defaults → ownership → admission.
 */
export function decideUpdate(
  context: ApiContext,
  kind: Kind,
  request: WriteRequest,
  live: KubeObject,
  wanted: KubeObject,
): Awaitable<Outcome> {
  const updated = keep(kind, viewOf(kind, request.subresource).write(live, wanted), live);
  return after(request.pause?.(), () =>
    admit(context, { kind, request, live }, owned(context, kind, request, updated, live)),
  );
}

/**
 * The course of an action whose row has made the object out of what is stored: it is as sound as that, and nobody comes to own what the
 * server says in it (Kubernetes `pkg/registry/core/pod/storage/storage.go` assignPod).
 */
export function decideMade(
  context: ApiContext,
  kind: Kind,
  request: WriteRequest,
  live: KubeObject,
  made: KubeObject,
): Awaitable<Outcome> {
  return admit(context, { kind, request, live, isAction: true, isSound: true }, made);
}

/** The course of what an action writes to another object, as its row has changed that. */
export function decideWhole(
  context: ApiContext,
  kind: Kind,
  request: WriteRequest,
  live: KubeObject,
  whole: KubeObject,
): Awaitable<Outcome> {
  const updated = keep(kind, whole, live);
  const admitted = { kind, request, live, isAction: true } as const;
  return admit(context, admitted, owned(context, kind, request, updated, live));
}

/** `updated` with the fields that this write has changed recorded as the request's field manager's. */
export function owned(
  context: ApiContext,
  kind: Kind,
  { fieldManager, subresource }: WriteRequest,
  updated: KubeObject,
  live: KubeObject | undefined,
): KubeObject {
  return recordUpdate({
    live,
    updated,
    manager: fieldManager || DEFAULT_MANAGER,
    time: rfc3339(context.clock.now()),
    schema: kind.schema() ?? ANYTHING,
    ...endpointOf(kind, subresource),
  });
}

/** The endpoint as ownership knows it: its name, and what no manager comes to own there. */
export function endpointOf(kind: Kind, subresource: string | undefined) {
  if (subresource === undefined) return {};
  const row = rowOf(kind, subresource);
  return { subresource, ...(row?.type === 'view' && row.resets ? { ignored: row.resets } : {}) };
}

/** What is read at the endpoint of what is stored: a write to `scale` answers with a Scale. */
export function throughEndpoint(kind: Kind, subresource: string | undefined, stored: Stored): Stored {
  const view = viewOf(kind, subresource).read(stored.object);
  return view === stored.object ? stored : draft(view);
}

/** The object as its author wants it, with the metadata that is the server's as it was. */
export const keep = (kind: Kind, object: KubeObject, live: KubeObject): KubeObject =>
  completed(kind, updatedMetadata(kind, object, live), live);

interface Admitted {
  readonly kind: Kind;
  readonly request: WriteRequest;
  /** Absent for a create. */
  readonly live?: KubeObject;
  /** Being bound to a node is no change of what a pod is meant to be: no generation is counted. */
  readonly isAction?: true;
  /** It is valid, unless a plug-in changes it. */
  readonly isSound?: true;
  /** Refuses a create whose object exists; asked after plug-ins have refused the namespace. */
  readonly assertAbsent?: () => void;
}

/** The end of every create and update: mutating plug-ins → what the server adds → validity → validating plug-ins. */
export function admit(context: ApiContext, admitted: Admitted, object: KubeObject): Awaitable<Outcome> {
  const { kind, request, live, assertAbsent, isSound } = admitted;
  const attributes = attributesOf(kind, request, object, live);
  const mutating = after(request.pause?.(), () => context.admission.mutate(attributes));
  return after(mutating, (mutated) => {
    assertAbsent?.();
    const complete =
      mutated === object ? object : completed(kind, updatedMetadata(kind, mutated, object), live);
    const prepared = prepare(context, admitted, complete);
    if (!isSound || prepared !== object) assertValid(context, kind, prepared, live, request);
    const final = { ...attributes, object: prepared };
    const type = live && isReleased(kind, prepared) ? 'delete' : 'put';
    const validating = after(context.admission.validate(final), () => request.pause?.());
    return after(validating, () => ({ type, object: prepared, attributes: final }));
  });
}

export const attributesOf = (
  kind: Kind,
  { user, subresource, dryRun = false, onWarning, onAnnotation, fieldManager }: WriteRequest,
  object: KubeObject,
  live: KubeObject | undefined,
): AdmissionAttributes => ({
  operation: live ? 'UPDATE' : 'CREATE',
  user,
  kind,
  object,
  dryRun,
  ...(live ? { live } : {}),
  ...(onWarning ? { warn: onWarning } : {}),
  ...(onAnnotation ? { annotate: onAnnotation } : {}),
  ...(fieldManager ? { options: { fieldManager } } : {}),
  ...(subresource === undefined ? {} : { subresource }),
});

/** What the server adds. */
function prepare(
  context: ApiContext,
  { kind, request, live, isAction }: Admitted,
  object: KubeObject,
): KubeObject {
  if (!live) return kind.strategy.prepareForCreate?.(object, context, request.user) ?? object;
  const hook =
    request.subresource === undefined ? kind.strategy.prepareForUpdate : kind.strategy.prepareForSubresource;
  const prepared = hook?.(object, live, context) ?? object;
  return isAction ? prepared : withGeneration(kind, prepared, live);
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
