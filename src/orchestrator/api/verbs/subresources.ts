import { rfc3339 } from '../../../base/clock.ts';
import type { Condition, Pod } from '../../../kube/kinds/objects.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { Json, KubeObject } from '../../../kube/values/types.ts';
import type { Entry } from '../../store/types.ts';
import { type ApiContext, authorize, latestOf } from '../context.ts';
import { badRequest, conflict } from '../errors.ts';
import { subresourceKind } from '../kinds/endpoint.ts';
import type { Kind } from '../kinds/kind.ts';
import { draft } from '../stored.ts';
import type { CreateRequest, DeleteParameters, Stored, Written } from '../types.ts';
import { decodeBody } from './decode.ts';
import { deleteEntry } from './delete.ts';
import { update } from './write.ts';

/** POST to a subresource: an action on the object rather than a part of it. */
export async function createSubresource(
  context: ApiContext,
  kind: Kind,
  request: CreateRequest,
): Promise<Written> {
  const { name, subresource } = request;
  if (!name || !subresource) throw badRequest('a subresource needs the name of its object');
  const target = { ...request, name, subresource };
  const object = decodeBody(request.body, subresourceKind(kind, subresource));
  authorize(context, target, 'create', { object });
  const live = latestOf(context, kind, target);
  if (subresource === 'eviction') await evict(context, kind, live, request.body, request.dryRun);
  else await bind(context, kind, target, live, object);
  return { stored: done(), created: true };
}

function done(): Stored {
  return draft({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success', code: 201 });
}

/** Eviction is a deletion that disruption budgets may refuse; there are none yet. */
async function evict(
  context: ApiContext,
  kind: Kind,
  live: Entry,
  body: Json,
  dryRun = false,
): Promise<void> {
  const options = isObject(body) && isObject(body.deleteOptions) ? body.deleteOptions : {};
  await deleteEntry(context, kind, live, { ...(options as DeleteParameters), dryRun });
}

/** A pod is bound once (Kubernetes `pkg/registry/core/pod/storage` assignPod). */
async function bind(
  context: ApiContext,
  kind: Kind,
  request: CreateRequest & { readonly name: string },
  live: Entry,
  binding: KubeObject,
): Promise<void> {
  const node = isObject(binding.target) ? binding.target.name : undefined;
  if (typeof node !== 'string' || node === '') throw badRequest('target.name: Required value');
  const pod = live.object as Pod;
  const { uid, resourceVersion } = binding.metadata;
  if (uid && uid !== pod.metadata.uid) {
    throw conflict(
      kind,
      request.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) {
    throw conflict(kind, request.name, 'the pod has been modified');
  }
  if (pod.metadata.deletionTimestamp)
    throw conflict(kind, request.name, `pod ${request.name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName) {
    throw statusError(
      'Conflict',
      `Operation cannot be fulfilled on pods/binding "${request.name}": pod ${request.name} is already assigned to node "${pod.spec.nodeName}"`,
    );
  }
  const bound = {
    ...pod,
    spec: { ...pod.spec, nodeName: node },
    status: scheduled(pod, context.clock.now()),
  };
  await update(context, kind, { ...request, subresource: 'binding' }, live, bound);
}

function scheduled({ status }: Pod, now: number): Pod['status'] {
  const condition: Condition = { type: 'PodScheduled', status: 'True', lastTransitionTime: rfc3339(now) };
  const others = (status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  return { ...status, conditions: [...others, condition] };
}
