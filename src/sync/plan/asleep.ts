import { isObject } from '../../kube/values/equal.ts';
import { gvkOf, type KubeObject } from '../../kube/values/types.ts';
import type { Bundle } from './types.ts';

const SCALED = ['Deployment', 'StatefulSet', 'ReplicaSet'];

/** What is delivered while an environment sleeps: the same objects, without a pod. Jobs of a schedule wait. Pure. */
export const asleep = (bundle: Bundle): Bundle => ({
  ...bundle,
  manifests: bundle.manifests
    // One that scales would wake it.
    .filter(({ object }) => object.kind !== 'HorizontalPodAutoscaler')
    .map((manifest) => ({ ...manifest, object: withoutPods(manifest.object) })),
});

function withoutPods(object: KubeObject): KubeObject {
  const { group, kind } = gvkOf(object);
  const spec = isObject(object.spec) ? object.spec : {};
  if (SCALED.includes(kind) && group === 'apps')
    return { ...object, spec: { ...spec, replicas: 0 } } as KubeObject;
  if (kind === 'CronJob' && group === 'batch')
    return { ...object, spec: { ...spec, suspend: true } } as KubeObject;
  return object;
}
