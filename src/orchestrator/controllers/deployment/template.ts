import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { oldestFirst } from '../../../kube/values/age.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { controllerReference } from '../controllerref.ts';
import { podTemplateHash } from '../templatehash.ts';
import { type Annotations, currentAnnotations } from './annotations.ts';

const TEMPLATE_HASH = 'pod-template-hash';

/** Whether the templates are equal except for the hash label that every replica set adds (`deployment_util.go` EqualIgnoreHash). */
export function isSameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return deepEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [TEMPLATE_HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, creationTimestamp: null, labels } };
}

/** The replica set that holds the deployment's template; of several, the oldest, so that all callers agree. */
export function findCurrent(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets]
    .sort(oldestFirst)
    .find((set) => isSameTemplate(set.spec.template, deployment.spec.template));
}

/** An empty replica set for the deployment's template. Its name is derived from the template, so that two attempts create one set. */
export function newReplicaSet(deployment: Deployment, revision: bigint): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = podTemplateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash };
  const annotations: Annotations = currentAnnotations(deployment, {}, revision);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations,
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
