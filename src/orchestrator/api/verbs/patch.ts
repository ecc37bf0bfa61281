import { after } from '../../../base/awaitable.ts';
import type { Patch } from '../../../kube/client/client.ts';
import { jsonMergePatch } from '../../../kube/patch/jsonmergepatch.ts';
import { jsonPatch } from '../../../kube/patch/jsonpatch.ts';
import { unrestorable } from '../../../kube/patch/restorable.ts';
import { strategicMergePatch } from '../../../kube/patch/strategicmerge.ts';
import { builtinSchema, type Schema } from '../../../kube/schema/schema.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { Json, KubeObject } from '../../../kube/values/types.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { invalidPatch, notFound } from '../errors.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import { subresourceKind, viewOf } from '../kinds/subresource.ts';
import type { PatchRequest, Written } from '../types.ts';
import { assertName, decodeBody, inNamespace, withoutUnknownFields } from './decode.ts';
import { guaranteedUpdate } from './guaranteedupdate.ts';
import { assertUnmodified } from './metadata.ts';
import { decideUpdate, throughEndpoint } from './write.ts';

export async function patch(context: ApiContext, request: PatchRequest): Promise<Written> {
  const kind = servedKind(context, request, 'patch');
  const target = { kind, key: keyOf(kind, request.namespace, request.name), dryRun: request.dryRun };
  const { stored } = await guaranteedUpdate(context, target, (live) =>
    after(authorize(context, request, 'patch', live ? { live: live.object } : {}), () => {
      if (!live) throw notFound(kind, request.name);
      const before = context.views.of(kind, live).object;
      const wanted = patched(kind, request, before);
      return after(request.pause?.(), () => decideUpdate(context, kind, request, before, wanted));
    }),
  );
  return { stored: throughEndpoint(kind, request.subresource, stored), created: false };
}

/** What the patch makes of the live object, as its subresource shows it. */
function patched(kind: Kind, request: PatchRequest, live: KubeObject): KubeObject {
  const expected = subresourceKind(kind, request.subresource);
  const view = viewOf(kind, request.subresource).read(live);
  const body = applyPatch(kind, view, request.patch, expected !== kind);
  const decoded = inNamespace(kind, request.namespace, decodeBody(body, expected));
  assertName(request, decoded);
  assertUnmodified(kind, decoded, live);
  return expected === kind ? withoutUnknownFields(kind, decoded, request) : decoded;
}

/** @throws StatusError Invalid where the patch turns a map, a list or an object into something else (apiserver `patch.go`). */
function restorable(schema: Schema, view: KubeObject, body: Json): unknown {
  const patched = strategicMergePatch(schema, view, body);
  const why = unrestorable(schema, patched, view);
  if (why !== undefined) throw invalidPatch(body, why);
  return patched;
}

function applyPatch(kind: Kind, view: KubeObject, { type, body }: Patch, scale: boolean): unknown {
  switch (type) {
    case 'json':
      return jsonPatch(view, body);
    case 'merge':
      return jsonMergePatch(view, body);
    case 'strategic': {
      const schema = scale
        ? builtinSchema({ group: 'autoscaling', version: 'v1', kind: 'Scale' })
        : kind.schema();
      if (kind.custom || !schema) {
        throw statusError(
          'UnsupportedMediaType',
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
        );
      }
      return restorable(schema, view, body);
    }
  }
}
