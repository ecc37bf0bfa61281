import { isObject } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { type ApiContext, authorize } from '../context.ts';
import { badRequest, methodNotAllowed, notFound } from '../errors.ts';
import { type ActionRow, type Kind, keyOf } from '../kinds/kind.ts';
import { rowOf, subresourceKind } from '../kinds/subresource.ts';
import { draft } from '../stored.ts';
import type { CreateRequest, Stored, Written } from '../types.ts';
import { decodeBody } from './decode.ts';
import { decideDelete } from './delete.ts';
import { guaranteedUpdate } from './guaranteedupdate.ts';
import { decideMade, decideWhole } from './write.ts';

/** POST to a subresource: an action on the object rather than a part of it; the kind's row says which. */
export async function act(context: ApiContext, kind: Kind, request: CreateRequest): Promise<Written> {
  const { name, namespace, subresource, user, dryRun } = request;
  if (!name || !subresource) throw badRequest('a subresource needs the name of its object');
  const row = rowOf(kind, subresource);
  if (row?.type !== 'action') throw methodNotAllowed(kind, `create ${subresource}`);
  const body = decodeBody(request.body, subresourceKind(kind, subresource));
  await authorize(context, { ...request, name, subresource }, 'create', { object: body });
  const key = keyOf(kind, namespace, name);
  const target = { kind, key, name, user, dryRun: dryRun === true || isDryRun(body) };
  await changeCompanion(context, row, { ...request, dryRun: target.dryRun }, key, body);
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
      ? decideDelete(context, target, effect.parameters, effect.object)
      : decideMade(context, kind, request, live, effect.object);
  });
  return { stored: answer ? draft(answer) : done(), created: true };
}

/** An eviction may say so in its own options. */
const isDryRun = ({ deleteOptions }: KubeObject): boolean =>
  isObject(deleteOptions) && Array.isArray(deleteOptions.dryRun) && deleteOptions.dryRun.length > 0;

async function changeCompanion(
  context: ApiContext,
  row: ActionRow,
  request: CreateRequest,
  key: string,
  body: KubeObject,
): Promise<void> {
  const live = context.store.latest(key);
  const companion = live && row.before?.(live.object, body, context);
  const kind = companion && context.kinds.find(companion.group, companion.version, companion.plural);
  if (!companion || !kind) return;
  const own = keyOf(kind, request.namespace, companion.name);
  await guaranteedUpdate(context, { kind, key: own, dryRun: request.dryRun }, (entry) => {
    if (!entry) throw notFound(kind, companion.name);
    const before = context.views.of(kind, entry).object;
    return decideWhole(context, kind, request, before, companion.change(before));
  });
}

function done(): Stored {
  return draft({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success', code: 201 });
}
