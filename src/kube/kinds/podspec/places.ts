import { isObject } from '../../values/equal.ts';
import type { JsonObject, KubeObject } from '../../values/types.ts';

/** Where kinds that run containers keep the spec of a pod, as `group/Kind`. */
export const POD_SPECS: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['spec'],
  '/ReplicationController': ['spec', 'template', 'spec'],
  '/PodTemplate': ['template', 'spec'],
  'apps/Deployment': ['spec', 'template', 'spec'],
  'apps/ReplicaSet': ['spec', 'template', 'spec'],
  'apps/StatefulSet': ['spec', 'template', 'spec'],
  'apps/DaemonSet': ['spec', 'template', 'spec'],
  'batch/Job': ['spec', 'template', 'spec'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** What has the spec of a pod: the pod itself, or the template of a workload; undefined where there is none. */
export function podTemplateOf(type: { readonly group: string; readonly kind: string }, object: KubeObject) {
  const path = POD_SPECS[`${type.group}/${type.kind}`];
  if (!path) return undefined;
  let found: unknown = object;
  for (const member of path.slice(0, -1)) found = isObject(found) ? found[member] : undefined;
  return isObject(found) && isObject(found.spec) ? (found as JsonObject) : undefined;
}
