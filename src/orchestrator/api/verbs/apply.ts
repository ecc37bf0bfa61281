import { rfc3339 } from '../../../base/clock.ts';
import { conflictError } from '../../../kube/ownership/conflicts.ts';
import { recordApply } from '../../../kube/ownership/managedfields.ts';
import { ANYTHING } from '../../../kube/schema/schema.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Entry } from '../../store/types.ts';
import { defaulted } from '../admission/admission.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { badRequest, conflict, methodNotAllowed, notFound } from '../errors.ts';
import { endpointOf } from '../kinds/endpoint.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import { toServed } from '../stored.ts';
import type { ApplyRequest, Stored, Written } from '../types.ts';
import { beBorn } from './create.ts';
import { assertName, decodeBody, inNamespace, withoutUnknownFields } from './decode.ts';
import { assertUnmodified } from './metadata.ts';
import { keep, prepare, store, storeNew } from './write.ts';

/** Server-side apply (KEP-555); creates what is not there. */
export async function apply(context: ApiContext, request: ApplyRequest): Promise<Written> {
  const kind = servedKind(context, request, 'patch');
  if (!request.fieldManager) {
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  if (request.subresource !== undefined && request.subresource !== 'status') {
    throw methodNotAllowed(kind, `apply to ${request.subresource}`);
  }
  const decoded = inNamespace(kind, request.namespace, decodeBody(request.body, kind));
  assertName(request, decoded);
  const live = context.store.latest(keyOf(kind, request.namespace, request.name));
  authorize(context, request, 'patch', { object: decoded, ...(live ? { live: live.object } : {}) });
  const applied = withoutUnknownFields(kind, decoded, request);
  return live
    ? { stored: await applyToLive(context, kind, request, live, applied), created: false }
    : { stored: await applyNew(context, kind, request, applied), created: true };
}

async function applyToLive(
  context: ApiContext,
  kind: Kind,
  request: ApplyRequest,
  live: Entry,
  applied: KubeObject,
): Promise<Stored> {
  const before = toServed(kind, live.object);
  assertUnmodified(kind, applied, before);
  const merged = merge(context, kind, request, before, applied);
  if (merged === before) {
    // Nothing to write, but what is there may not be durable yet.
    return context.views.of(kind, await context.store.put(live.key, live.object));
  }
  const { subresource } = request;
  const kept = keep(kind, endpointOf(kind, subresource).write(before, merged), before);
  const prepared = prepare(context, kind, subresource, kept, before);
  return store(context, kind, live, prepared, request.dryRun);
}

async function applyNew(
  context: ApiContext,
  kind: Kind,
  request: ApplyRequest,
  applied: KubeObject,
): Promise<Stored> {
  if (request.subresource !== undefined) throw notFound(kind, request.name);
  const { uid } = applied.metadata;
  if (uid) {
    throw conflict(
      kind,
      request.name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  }
  const born = beBorn(context, kind, merge(context, kind, request, undefined, applied));
  return storeNew(context, kind, born, request.dryRun);
}

function merge(
  context: ApiContext,
  kind: Kind,
  request: ApplyRequest,
  live: KubeObject | undefined,
  applied: KubeObject,
): KubeObject {
  const outcome = recordApply({
    live,
    applied,
    manager: request.fieldManager,
    force: request.force ?? false,
    time: rfc3339(context.clock.now()),
    schema: kind.schema() ?? ANYTHING,
    defaults: (object) => defaulted(kind, object),
    ...(request.subresource === undefined ? {} : { subresource: request.subresource }),
  });
  if (!outcome.ok) throw conflictError(outcome.conflicts);
  return outcome.object;
}
