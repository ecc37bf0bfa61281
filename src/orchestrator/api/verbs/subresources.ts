import type { Pod } from '../../../kube/kinds/objects.ts';
import { replaceCondition } from '../../../kube/values/condition.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { type ApiContext, authorize } from '../context.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { subresourceKind } from '../kinds/endpoint.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import { draft } from '../stored.ts';
import type { CreateRequest, DeleteParameters, Stored, Written } from '../types.ts';
import { decodeBody } from './decode.ts';
import { deleteAt, targetOf } from './delete.ts';
import { guaranteedUpdate } from './guaranteedupdate.ts';
import { decideUpdate } from './write.ts';

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
  await authorize(context, target, 'create', { object });
  if (subresource === 'eviction') await evict(context, kind, target);
  else await bind(context, kind, target, object);
  return { stored: done(), created: true };
}

function done(): Stored {
  return draft({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success', code: 201 });
}

type Action = CreateRequest & { readonly name: string };

/** Eviction is a deletion that disruption budgets may refuse; there are none yet. */
async function evict(context: ApiContext, kind: Kind, request: Action): Promise<void> {
  const { body } = request;
  const options = isObject(body) && isObject(body.deleteOptions) ? body.deleteOptions : {};
  await deleteAt(context, targetOf(kind, request), options as DeleteParameters);
}

async function bind(context: ApiContext, kind: Kind, request: Action, binding: KubeObject): Promise<void> {
  const { namespace, name, dryRun } = request;
  const node = isObject(binding.target) ? binding.target.name : undefined;
  if (typeof node !== 'string' || node === '') throw badRequest('target.name: Required value');
  const target = { kind, key: keyOf(kind, namespace, name), dryRun };
  await guaranteedUpdate(context, target, (live) => {
    if (!live) throw notFound(kind, name);
    const pod = live.object as Pod;
    assertBindable(kind, name, pod, binding);
    const bound = {
      ...pod,
      spec: { ...pod.spec, nodeName: node },
      status: scheduled(pod, context.clock.now()),
    };
    return decideUpdate(context, kind, { ...request, subresource: 'binding' }, pod, bound);
  });
}

/** A pod is bound once (Kubernetes `pkg/registry/core/pod/storage` assignPod). */
function assertBindable(kind: Kind, name: string, pod: Pod, { metadata }: KubeObject): void {
  const { uid, resourceVersion } = metadata;
  if (uid && uid !== pod.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) {
    throw conflict(kind, name, 'the pod has been modified');
  }
  if (pod.metadata.deletionTimestamp) {
    throw conflict(kind, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec.nodeName) {
    throw statusError(
      'Conflict',
      `Operation cannot be fulfilled on pods/binding "${name}": pod ${name} is already assigned to node "${pod.spec.nodeName}"`,
    );
  }
}

function scheduled({ status }: Pod, now: number): Pod['status'] {
  const next = { type: 'PodScheduled', status: 'True' } as const;
  return { ...status, conditions: replaceCondition(status?.conditions ?? [], next, now) };
}
