import { type ApiContext, authorize, servedKind } from '../context.ts';
import { notFound } from '../errors.ts';
import { subresourceKind } from '../kinds/endpoint.ts';
import { keyOf } from '../kinds/kind.ts';
import { toServed } from '../stored.ts';
import type { UpdateRequest, Written } from '../types.ts';
import { create } from './create.ts';
import { assertName, decodeBody, inNamespace, withoutUnknownFields } from './decode.ts';
import { assertUnmodified } from './metadata.ts';
import * as write from './write.ts';

export async function update(context: ApiContext, request: UpdateRequest): Promise<Written> {
  const kind = servedKind(context, request, 'update');
  const expected = subresourceKind(kind, request.subresource);
  const decoded = inNamespace(kind, request.namespace, decodeBody(request.body, expected));
  assertName(request, decoded);
  const live = context.store.latest(keyOf(kind, request.namespace, request.name));
  if (!live && kind.strategy.createOnUpdate && request.subresource === undefined) {
    const { name: _, subresource: __, ...creation } = request;
    return create(context, creation);
  }
  authorize(context, request, 'update', { object: decoded, ...(live ? { live: live.object } : {}) });
  if (!live) throw notFound(kind, request.name);
  assertUnmodified(kind, decoded, toServed(kind, live.object));
  const wanted = expected === kind ? withoutUnknownFields(kind, decoded, request) : decoded;
  return { stored: await write.update(context, kind, request, live, wanted), created: false };
}
