import type { Pod, PodTemplateSpec } from '../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { controllerReference } from './controllerref.ts';

/** A pod from a template, controlled by `owner`, whose name it extends (Kubernetes `controller_utils.go` GetPodFromTemplate). */
export function podFromTemplate(owner: KubeObject, { metadata = {}, spec }: PodTemplateSpec): Pod {
  const { labels, annotations, finalizers } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? '',
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec,
  };
}
