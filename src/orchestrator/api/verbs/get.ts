import { type ApiContext, authorize, servedKind } from '../context.ts';
import { endpointOf } from '../endpoint.ts';
import { notFound } from '../errors.ts';
import { keyOf } from '../kind.ts';
import { draft } from '../stored.ts';
import type { ItemTarget, Stored } from '../types.ts';

export async function get(context: ApiContext, request: ItemTarget): Promise<Stored> {
  const kind = servedKind(context, request, 'get');
  authorize(context, request, 'get');
  const entry = context.store.get(keyOf(kind, request.namespace, request.name));
  if (!entry) throw notFound(kind, request.name);
  const stored = context.views.of(kind, entry);
  const view = endpointOf(kind, request.subresource).read(stored.object);
  return view === stored.object ? stored : draft(view);
}
