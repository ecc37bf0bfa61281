import { type Awaitable, after } from '../../../base/awaitable.ts';
import { rfc3339 } from '../../../base/clock.ts';
import { once } from '../../../base/once.ts';
import { conflictError } from '../../../kube/ownership/conflicts.ts';
import { recordApply } from '../../../kube/ownership/managedfields.ts';
import { ANYTHING } from '../../../kube/schema/schema.ts';
import { required } from '../../../kube/values/fielderrors.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Entry } from '../../store/types.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { conflict, invalidOptions, methodNotAllowed, notFound } from '../errors.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import { rowOf, viewOf } from '../kinds/subresource.ts';
import type { ApplyRequest, Written } from '../types.ts';
import { withNewMetadata } from './create.ts';
import { assertName, decodeBody, inNamespace } from './decode.ts';
import { guaranteedUpdate, type Outcome } from './guaranteedupdate.ts';
import { assertUnmodified } from './metadata.ts';
import { normalForm } from './normal.ts';
import { assertKeysOnce } from './strict.ts';
import { completed, defaulted } from './validation.ts';
import { admit, endpointOf, keep } from './write.ts';

/** Server-side apply (KEP-555); creates what is not there. */
export async function apply(context: ApiContext, request: ApplyRequest): Promise<Written> {
  const kind = servedKind(context, request, 'patch');
  if (!request.fieldManager) {
    throw invalidOptions('PatchOptions', [required('fieldManager', 'is required for apply patch')]);
  }
  assertApplies(kind, request.subresource);
  const decoded = inNamespace(kind, request.namespace, decodeBody(request.body, kind));
  assertName(request, decoded);
  assertKeysOnce(request);
  // A field that the schema does not have cannot be owned, whatever `fieldValidation` says: the merge refuses it.
  const known = once(() => normalForm(decoded));
  const target = { kind, key: keyOf(kind, request.namespace, request.name), dryRun: request.dryRun };
  const { stored, created } = await guaranteedUpdate(context, target, (live) => {
    const content = { object: decoded, ...(live ? { live: live.object } : {}) };
    return after(authorize(context, request, 'patch', content), () =>
      live
        ? applyToLive(context, kind, request, live, known())
        : after(authorize(context, request, 'create', content), () =>
            applyNew(context, kind, request, known()),
          ),
    );
  });
  return { stored, created };
}

function assertApplies(kind: Kind, subresource: string | undefined): void {
  if (subresource === undefined) return;
  const row = rowOf(kind, subresource);
  if (row?.type !== 'view' || !row.applies) throw methodNotAllowed(kind, `apply to ${subresource}`);
}

function applyToLive(
  context: ApiContext,
  kind: Kind,
  request: ApplyRequest,
  entry: Entry,
  applied: KubeObject,
): Awaitable<Outcome> {
  const live = context.views.of(kind, entry).object;
  assertUnmodified(kind, applied, live);
  const merged = merge(context, kind, request, live, applied);
  if (merged === live) return { type: 'keep', object: live };
  return after(request.pause?.(), () => {
    const kept = keep(kind, viewOf(kind, request.subresource).write(live, merged), live);
    return admit(context, { kind, request, live }, kept);
  });
}

function applyNew(
  context: ApiContext,
  kind: Kind,
  request: ApplyRequest,
  applied: KubeObject,
): Awaitable<Outcome> {
  if (request.subresource !== undefined) throw notFound(kind, request.name);
  const { uid } = applied.metadata;
  if (uid) {
    throw conflict(
      kind,
      request.name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  }
  const named = withNewMetadata(context, kind, merge(context, kind, request, undefined, applied));
  return after(request.pause?.(), () => admit(context, { kind, request }, completed(kind, named)));
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
    ...endpointOf(kind, request.subresource),
  });
  if (!outcome.ok) throw conflictError(outcome.conflicts);
  return outcome.object;
}
