import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import { publishedPorts } from '../../../kube/kinds/podspec/sidecars.ts';
import type { HostPort, SandboxSpec } from '../runtime/spec.ts';
import { namesOf } from './names.ts';
import { sysctlsOf } from './sysctls.ts';

/** A pod of the host's network shares the address of its node. */
export const usesHostNetwork = (pod: Pod): boolean => pod.spec.hostNetwork === true;

/** `address`: what an earlier agent recorded. */
export function sandboxSpecOf(pod: Pod, volumesDir: string, address?: string): SandboxSpec {
  const { uid = '', namespace = '', name = '' } = pod.metadata;
  const { runtimeClassName, hostIPC, hostUsers } = pod.spec;
  const hostPorts = hostPortsOf(pod);
  const processes = processesOf(pod);
  const sysctls = sysctlsOf(pod);
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
    ...(hostPorts.length > 0 ? { hostPorts } : {}),
    ...(Object.keys(sysctls).length > 0 ? { sysctls } : {}),
    ...(processes ? { processes } : {}),
    ...(hostIPC ? { hostIpc: true } : {}),
    ...(hostUsers === false ? { ownUsers: true } : {}),
    ...(isFinished(pod) ? { isOver: true } : {}),
    volumesDir,
    names: namesOf(pod),
    ...(address === undefined ? {} : { address }),
  };
}

/** Those of containers that go on running; in the network of the node each port is the node's anyway. */
function hostPortsOf(pod: Pod): readonly HostPort[] {
  if (usesHostNetwork(pod)) return [];
  return publishedPorts(pod.spec).map((port) => ({
    ...port,
    protocol: port.protocol.toLowerCase() as HostPort['protocol'],
  }));
}

function processesOf({ spec }: Pod): SandboxSpec['processes'] {
  if (spec.hostPID) return 'node';
  return spec.shareProcessNamespace ? 'pod' : undefined;
}
