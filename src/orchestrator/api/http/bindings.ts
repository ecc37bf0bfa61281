import { isObject } from '../../../kube/values/equal.ts';
import { assertAuthorized } from '../authorize.ts';
import { badRequest } from '../errors.ts';
import { BINDINGS } from '../kinds/bindings.data.ts';
import type { Api } from '../types.ts';
import type { Answer } from './answers.ts';
import type { Writer } from './objects.ts';
import { type Call, requiredBody } from './request.ts';
import { answerResource, type ResourceRoute } from './resourcehandlers.ts';

export const isBinding = ({ method }: Call, { group, plural, name }: ResourceRoute): boolean =>
  method === 'POST' && group === BINDINGS.group && plural === BINDINGS.plural && name === undefined;

/** A user needs to be allowed both: to create bindings, and to bind this pod. */
export async function answerBinding(
  api: Api,
  writer: Writer,
  call: Call,
  route: ResourceRoute,
): Promise<Answer> {
  const { namespace } = route;
  if (namespace === undefined) throw badRequest('an empty namespace may not be set during creation');
  const attributes = { verb: 'create', group: BINDINGS.group, resource: BINDINGS.plural, namespace } as const;
  await assertAuthorized(api.authorize, call.user, attributes);
  const bytes = await call.body();
  const read = { ...call, body: async () => bytes };
  const { value: body } = await requiredBody(read);
  const name = isObject(body) && isObject(body.metadata) ? body.metadata.name : undefined;
  if (typeof name !== 'string' || name === '') throw badRequest('metadata.name: Required value');
  return answerResource(api, writer, read, { ...route, plural: 'pods', name, subresource: 'binding' });
}
