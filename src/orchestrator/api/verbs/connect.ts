import type { Readable } from 'node:stream';
import { statusError } from '../../../kube/values/status.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { methodNotAllowed, notFound } from '../errors.ts';
import { keyOf } from '../kinds/kind.ts';
import { rowOf } from '../kinds/subresource.ts';
import type { ConnectRequest } from '../types.ts';

/** A stream to the node of an object (a pod's log): its kind says which node and what is asked of it. */
export async function connect(context: ApiContext, request: ConnectRequest): Promise<Readable> {
  const { subresource, namespace, name } = request;
  const kind = servedKind(context, request, 'get');
  const row = rowOf(kind, subresource);
  if (row?.type !== 'connect') throw methodNotAllowed(kind, `connect to ${subresource}`);
  await authorize(context, request, 'get');
  const entry = context.store.get(keyOf(kind, namespace, name));
  if (!entry) throw notFound(kind, name);
  const connection = row.connect(entry.object, request, context.clock.now());
  const node = context.nodeConnections(connection.node);
  if (!node) {
    throw statusError(
      'ServiceUnavailable',
      `cannot read the ${subresource} of ${kind.singular} ${name}: node ${connection.node} is not connected`,
    );
  }
  return node.read(connection.request, request.signal);
}
