import type { Status } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Entry } from '../../store/types.ts';
import { type ApiContext, authorize, latestOf, servedKind } from '../context.ts';
import { conflict, forbidden, methodNotAllowed } from '../errors.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import { draft, toServed, toStored } from '../stored.ts';
import type { Deleted, DeleteParameters, DeleteRequest } from '../types.ts';
import { decideDeletion } from './deletion.ts';

/** Named so because `delete` is a word of the language. */
export async function deleteOne(context: ApiContext, request: DeleteRequest): Promise<Deleted> {
  const kind = servedKind(context, request, 'delete');
  if (request.subresource !== undefined) throw methodNotAllowed(kind, 'delete');
  const stored = context.store.latest(keyOf(kind, request.namespace, request.name));
  authorize(context, request, 'delete', stored ? { live: stored.object } : {});
  return deleteEntry(context, kind, latestOf(context, kind, request), request);
}

export async function deleteEntry(
  context: ApiContext,
  kind: Kind,
  entry: Entry,
  parameters: DeleteParameters,
): Promise<Deleted> {
  const live = toServed(kind, entry.object);
  const refusal = kind.strategy.refusesDeletion?.(live);
  if (refusal) throw forbidden(kind, live.metadata.name ?? '', refusal);
  assertPreconditions(kind, live, parameters);
  const { type, object } = decideDeletion(kind, live, parameters, context.clock.now());
  if (type === 'remove') {
    if (!parameters.dryRun) {
      const last = await context.store.delete(entry.key, toStored(kind, object));
      context.onWrite(kind, last.object, false);
    }
    return { type: 'gone', status: success(kind, live) };
  }
  if (parameters.dryRun) return { type: 'marked', stored: draft(object) };
  const marked = await context.store.put(entry.key, toStored(kind, object));
  context.onWrite(kind, marked.object, true);
  return { type: 'marked', stored: context.views.of(kind, marked) };
}

function assertPreconditions(kind: Kind, live: KubeObject, { preconditions = {} }: DeleteParameters): void {
  const name = live.metadata.name ?? '';
  const { uid, resourceVersion } = preconditions;
  if (uid !== undefined && uid !== live.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(
      kind,
      name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${live.metadata.resourceVersion}`,
    );
  }
}

const success = (kind: Kind, { metadata: { name = '', uid } }: KubeObject): Status => ({
  apiVersion: 'v1',
  kind: 'Status',
  metadata: {},
  status: 'Success',
  details: {
    name,
    ...(kind.group ? { group: kind.group } : {}),
    kind: kind.plural,
    ...(uid ? { uid } : {}),
  },
  code: 200,
});
