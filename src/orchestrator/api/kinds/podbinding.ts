import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { POD } from '../../../kube/kinds/pod.ts';
import { replaceCondition } from '../../../kube/values/condition.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { dns1123Subdomain } from '../../../kube/values/names.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { badRequest, conflict } from '../errors.ts';
import type { ActionRow } from './kind.ts';

/** A pod is bound to a node once (Kubernetes `pkg/registry/core/pod/storage` assignPod). */
export const BINDING: ActionRow = {
  type: 'action',
  name: 'binding',
  verbs: ['create'],
  kind: { group: '', version: 'v1', kind: 'Binding' },
  act: (live, binding, { clock }) => {
    const node = isObject(binding.target) ? binding.target.name : undefined;
    if (typeof node !== 'string' || node === '') throw badRequest('target.name: Required value');
    const problem = dns1123Subdomain(node);
    if (problem) throw badRequest(`target.name: Invalid value: ${JSON.stringify(node)}: ${problem}`);
    const pod = live as Pod;
    assertBindable(pod, binding);
    const spec = { ...pod.spec, nodeName: node };
    return { type: 'update', object: { ...pod, spec, status: scheduled(pod, clock.now()) } };
  },
};

function assertBindable({ metadata, spec }: Pod, binding: KubeObject): void {
  const { name = '', uid: liveUid } = metadata;
  const { uid, resourceVersion } = binding.metadata;
  const refuse = (why: string) => conflict(POD.resource, name, why);
  if (uid && uid !== liveUid) {
    throw refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${liveUid}`);
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw refuse('the pod has been modified');
  }
  if (metadata.deletionTimestamp) {
    throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (spec.nodeName) {
    throw statusError(
      'Conflict',
      `Operation cannot be fulfilled on pods/binding "${name}": pod ${name} is already assigned to node "${spec.nodeName}"`,
    );
  }
}

/** What it was promised has come true, there or elsewhere (KEP-5278). */
function scheduled({ status: { nominatedNodeName: _, ...status } = {} }: Pod, now: number): Pod['status'] {
  const next = { type: 'PodScheduled', status: 'True' } as const;
  return { ...status, conditions: replaceCondition(status.conditions ?? [], next, now) };
}
