import type { Patch } from '../../../kube/client/client.ts';
import { jsonMergePatch } from '../../../kube/patch/jsonmergepatch.ts';
import { jsonPatch } from '../../../kube/patch/jsonpatch.ts';
import { strategicMergePatch } from '../../../kube/patch/strategicmerge.ts';
import { builtinSchema } from '../../../kube/schema/schema.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { type ApiContext, authorize, latestOf, servedKind } from '../context.ts';
import { endpointOf, subresourceKind } from '../kinds/endpoint.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import { toServed } from '../stored.ts';
import type { PatchRequest, Written } from '../types.ts';
import { assertName, decodeBody, inNamespace, withoutUnknownFields } from './decode.ts';
import { assertUnmodified } from './metadata.ts';
import * as write from './write.ts';

export async function patch(context: ApiContext, request: PatchRequest): Promise<Written> {
  const kind = servedKind(context, request, 'patch');
  const stored = context.store.latest(keyOf(kind, request.namespace, request.name));
  authorize(context, request, 'patch', stored ? { live: stored.object } : {});
  const live = latestOf(context, kind, request);
  const before = toServed(kind, live.object);
  const expected = subresourceKind(kind, request.subresource);
  const patched = applyPatch(
    kind,
    endpointOf(kind, request.subresource).read(before),
    request.patch,
    expected !== kind,
  );
  const decoded = inNamespace(kind, request.namespace, decodeBody(patched, expected));
  assertName(request, decoded);
  assertUnmodified(kind, decoded, before);
  const wanted = expected === kind ? withoutUnknownFields(kind, decoded, request) : decoded;
  return { stored: await write.update(context, kind, request, live, wanted), created: false };
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
      return strategicMergePatch(schema, view, body);
    }
  }
}
