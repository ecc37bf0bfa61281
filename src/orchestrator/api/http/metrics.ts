import { statusError } from '../../../kube/values/status.ts';
import { notServed } from '../errors.ts';
import type { Api, ServedResource } from '../types.ts';
import type { Answer } from './answers.ts';
import type { Writer } from './objects.ts';
import { selectionOf } from './parameters.ts';
import type { Call } from './request.ts';
import type { ResourceRoute } from './resourcehandlers.ts';

/** Of one object or of all; nothing of it is written or watched. */
export async function answerMetrics(
  api: Api,
  writer: Writer,
  call: Call,
  route: ResourceRoute,
  resource: ServedResource,
): Promise<Answer> {
  const { name, namespace, subresource } = route;
  if (subresource !== undefined || (namespace !== undefined && !resource.namespaced)) throw notServed();
  if (call.method !== 'GET')
    throw statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  const { labelSelector, fieldSelector } = selectionOf(call.query);
  const found = await api.metrics({
    user: call.user,
    resource,
    signal: call.signal(),
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  });
  const [only] = found;
  if (name !== undefined && only) return writer.object(call, resource, only);
  return writer.list(call, resource, { resourceVersion: '', items: found });
}
