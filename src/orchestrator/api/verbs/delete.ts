import { type Awaitable, after } from '../../../base/awaitable.ts';
import type { User } from '../../../kube/client/client.ts';
import type { Status } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Entry } from '../../store/types.ts';
import type { AdmissionAttributes } from '../admission/plugin.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { conflict, forbidden, methodNotAllowed, notFound } from '../errors.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import type { Deleted, DeleteParameters, DeleteRequest, ItemTarget } from '../types.ts';
import { decideDeletion } from './deletion.ts';
import { guaranteedUpdate, type Outcome, type WriteTarget } from './guaranteedupdate.ts';

/** Named so because `delete` is a word of the language. */
export async function deleteOne(context: ApiContext, request: DeleteRequest): Promise<Deleted> {
  const kind = servedKind(context, request, 'delete');
  if (request.subresource !== undefined) throw methodNotAllowed(kind, 'delete');
  return deleteAt(context, targetOf(kind, request), request, (live) =>
    authorize(context, request, 'delete', live ? { live: live.object } : {}),
  );
}

export interface DeleteTarget extends WriteTarget {
  readonly name: string;
  readonly user: User;
}

export const targetOf = (
  kind: Kind,
  { namespace, name, user, dryRun }: ItemTarget & DeleteParameters,
): DeleteTarget => ({ kind, key: keyOf(kind, namespace, name), name, user, dryRun });

/** Deletes, or marks for deletion, what is latest at the key. @throws StatusError NotFound */
export async function deleteAt(
  context: ApiContext,
  target: DeleteTarget,
  parameters: DeleteParameters,
  authorized: (live: Entry | undefined) => Awaitable<void> = () => {},
): Promise<Deleted> {
  const { kind, name } = target;
  const { outcome, stored } = await guaranteedUpdate(context, target, (live) =>
    after(authorized(live), () => {
      if (!live) throw notFound(kind, name);
      return decideDelete(context, target, parameters, context.views.of(kind, live).object);
    }),
  );
  return outcome.type === 'delete'
    ? { type: 'gone', status: success(kind, outcome.object) }
    : { type: 'marked', stored };
}

/** What a deletion comes to for the live object: gone, or marked. */
export function decideDelete(
  context: ApiContext,
  { kind, user, dryRun = false }: DeleteTarget,
  parameters: DeleteParameters,
  live: KubeObject,
): Awaitable<Outcome> {
  const refusal = kind.strategy.refusesDeletion?.(live);
  if (refusal) throw forbidden(kind, live.metadata.name ?? '', refusal);
  assertPreconditions(kind, live, parameters);
  const { type, object } = decideDeletion(kind, live, parameters, context.clock.now());
  const { onWarning: warn, onAnnotation: annotate } = parameters;
  const about = { operation: 'DELETE', user, kind, object: live, live, dryRun } as const;
  const attributes: AdmissionAttributes = {
    ...about,
    ...(warn ? { warn } : {}),
    ...(annotate ? { annotate } : {}),
  };
  // Who changes objects may refuse, too; there is nothing to change.
  return after(context.admission.mutate(attributes), () =>
    after(context.admission.validate(attributes), () => ({
      type: type === 'remove' ? 'delete' : 'put',
      object,
      attributes,
    })),
  );
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
