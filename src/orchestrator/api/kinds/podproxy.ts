import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { badRequest } from '../errors.ts';
import type { Connection } from './kind.ts';
import { keyOfPod, nodeOfPod } from './podtarget.ts';
import { proxyRow } from './proxyrow.ts';
import type { ProxyTarget } from './proxytarget.ts';

/** kubernetes `pkg/registry/core/pod/strategy.go` ResourceLocation. */
export const POD_PROXY = proxyRow('pod', 'PodProxyOptions', (object, target) => {
  const pod = object as Pod;
  return portOfPod(pod, portOf(target, pod));
});

function portOf({ port, scheme }: ProxyTarget, { spec }: Pod): number {
  if (port !== '') return Number(port);
  const [first] = spec.containers.flatMap(({ ports = [] }) => ports);
  return first?.containerPort ?? (scheme === 'https' ? 443 : 80);
}

/** A connection to a port of a pod, through its node. @throws StatusError */
export function portOfPod(pod: Pod, port: number): Connection {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw badRequest('the port is not a number between 1 and 65535');
  return { node: nodeOfPod(pod), request: { type: 'portForward', pod: keyOfPod(pod), port } };
}
