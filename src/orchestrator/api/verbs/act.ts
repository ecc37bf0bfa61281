import type { KubeObject } from '../../../kube/values/types.ts';
import { type ApiContext, authorize } from '../context.ts';
import { badRequest, methodNotAllowed, notFound } from '../errors.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import { rowOf, subresourceKind } from '../kinds/subresource.ts';
import { draft } from '../stored.ts';
import type { CreateRequest, Stored, Written } from '../types.ts';
import { decodeBody } from './decode.ts';
import { decideDelete } from './delete.ts';
import { guaranteedUpdate } from './guaranteedupdate.ts';
import { decideWhole } from './write.ts';

/** POST to a subresource: an action on the object rather than a part of it; the kind's row says which. */
export async function act(context: ApiContext, kind: Kind, request: CreateRequest): Promise<Written> {
  const { name, namespace, subresource, user, dryRun } = request;
  if (!name || !subresource) throw badRequest('a subresource needs the name of its object');
  const row = rowOf(kind, subresource);
  if (row?.type !== 'action') throw methodNotAllowed(kind, `create ${subresource}`);
  const body = decodeBody(request.body, subresourceKind(kind, subresource));
  await authorize(context, { ...request, name, subresource }, 'create', { object: body });
  const target = { kind, key: keyOf(kind, namespace, name), name, user, dryRun };
  let answer: KubeObject | undefined;
  await guaranteedUpdate(context, target, (entry) => {
    if (!entry) throw notFound(kind, name);
    const live = context.views.of(kind, entry).object;
    const effect = row.act(live, body, context);
    if (effect.type === 'answer') {
      answer = effect.object;
      return { type: 'keep', object: entry.object };
    }
    return effect.type === 'delete'
      ? decideDelete(context, target, effect.parameters, live)
      : decideWhole(context, kind, request, live, effect.object);
  });
  return { stored: answer ? draft(answer) : done(), created: true };
}

function done(): Stored {
  return draft({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success', code: 201 });
}
