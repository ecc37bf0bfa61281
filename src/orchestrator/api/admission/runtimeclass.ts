import type { Pod, RuntimeClass, Scheduling } from '../../../kube/kinds/objects.data.ts';
import { mergeTolerations } from '../../../kube/kinds/podspec/tolerations.ts';
import { RUNTIME_CLASSES } from '../../../kube/kinds/resources.data.ts';
import { equalAmounts } from '../../../kube/values/amounts.ts';
import type { StatusError } from '../../../kube/values/status.ts';
import { collectionPrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { isNewPod } from './pods.ts';

const PREFIX = collectionPrefix(RUNTIME_CLASSES.group, RUNTIME_CLASSES.plural);

/**
 * A pod costs what its RuntimeClass says that the runtime itself uses, and goes where that can run; nobody else says such an overhead
 * (Kubernetes `plugin/pkg/admission/runtimeclass`).
 */
export const runtimeClass = (store: Pick<Store, 'latest'>): AdmissionPlugin => ({
  name: 'RuntimeClass',
  mutate(attributes) {
    if (!isNewPod(attributes)) return attributes.object;
    const pod = attributes.object as Pod;
    const found = classOf(attributes, pod, store);
    return found ? scheduled(attributes, charged(attributes, pod, found), found.scheduling) : pod;
  },
  validate(attributes) {
    if (!isNewPod(attributes)) return;
    const pod = attributes.object as Pod;
    const found = classOf(attributes, pod, store);
    if (found?.overhead) assertSame(attributes, pod, found);
    else if (pod.spec.overhead)
      throw refusal(
        attributes,
        'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
      );
  },
});

const refusal = ({ kind, object }: AdmissionAttributes, why: string): StatusError =>
  forbidden(kind, object.metadata.name ?? '', why);

function classOf(
  attributes: AdmissionAttributes,
  { spec: { runtimeClassName } }: Pod,
  store: Pick<Store, 'latest'>,
): RuntimeClass | undefined {
  if (runtimeClassName === undefined) return undefined;
  const found = store.latest(PREFIX + runtimeClassName)?.object;
  if (!found) throw refusal(attributes, `pod rejected: RuntimeClass "${runtimeClassName}" not found`);
  return found as RuntimeClass;
}

function charged(attributes: AdmissionAttributes, pod: Pod, found: RuntimeClass): Pod {
  if (!found.overhead) return pod;
  if (Object.keys(pod.spec.overhead ?? {}).length > 0) assertSame(attributes, pod, found);
  const { podFixed } = found.overhead;
  return podFixed ? { ...pod, spec: { ...pod.spec, overhead: podFixed } } : pod;
}

function assertSame(attributes: AdmissionAttributes, { spec }: Pod, { overhead }: RuntimeClass): void {
  if (!equalAmounts(spec.overhead ?? {}, overhead?.podFixed ?? {}))
    throw refusal(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
}

function scheduled(attributes: AdmissionAttributes, pod: Pod, scheduling: Scheduling | undefined): Pod {
  if (!scheduling) return pod;
  const { nodeSelector = {}, tolerations = [] } = pod.spec;
  const added = Object.entries(scheduling.nodeSelector ?? {});
  for (const [key, value] of added) {
    const own = nodeSelector[key];
    if (own !== undefined && own !== value)
      throw refusal(
        attributes,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      );
  }
  const merged = mergeTolerations(tolerations, scheduling.tolerations ?? []);
  const spec = {
    ...pod.spec,
    ...(added.length > 0 ? { nodeSelector: { ...nodeSelector, ...scheduling.nodeSelector } } : {}),
    ...(merged.length > 0 ? { tolerations: merged } : {}),
  };
  return { ...pod, spec };
}
