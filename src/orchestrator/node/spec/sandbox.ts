import type { Pod } from '../../../kube/kinds/objects.data.ts';
import type { SandboxSpec } from '../runtime/spec.ts';

/** A pod of the host's network shares the address of its node. */
export const usesHostNetwork = (pod: Pod): boolean => pod.spec.hostNetwork === true;

/** `address`: what an earlier agent recorded. */
export function sandboxSpecOf(pod: Pod, volumesDir: string, address?: string): SandboxSpec {
  const { uid = '', namespace = '', name = '' } = pod.metadata;
  const { runtimeClassName } = pod.spec;
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  return {
    pod: uid,
    namespace,
    name,
    hostname: pod.spec.hostname ?? name,
    hostNetwork: usesHostNetwork(pod),
    containers: all.map((one) => one.name),
    images: all.map(({ image = '' }) => image),
    ...(runtimeClassName === undefined ? {} : { runtimeClass: runtimeClassName }),
    volumesDir,
    ...(address === undefined ? {} : { address }),
  };
}
