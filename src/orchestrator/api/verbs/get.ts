import { type ApiContext, authorize, servedKind } from '../context.ts';
import { notFound } from '../errors.ts';
import { keyOf } from '../kinds/kind.ts';
import type { ItemTarget, Stored } from '../types.ts';
import { throughEndpoint } from './write.ts';

export async function get(context: ApiContext, request: ItemTarget): Promise<Stored> {
  const kind = servedKind(context, request, 'get');
  const entry = context.store.get(keyOf(kind, request.namespace, request.name));
  await authorize(context, request, 'get', entry ? { live: entry.object } : {});
  if (!entry) throw notFound(kind, request.name);
  await context.views.prepare(kind, [entry]);
  return throughEndpoint(kind, request.subresource, context.views.of(kind, entry));
}
