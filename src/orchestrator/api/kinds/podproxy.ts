import type { Pod } from '../../../kube/kinds/objects.data.ts';
import type { RequestVerb } from '../authorization.ts';
import { badRequest } from '../errors.ts';
import type { Connection, ConnectRow } from './kind.ts';
import { keyOfPod, nodeOfPod } from './podtarget.ts';
import { type ProxyTarget, proxyTargetOf } from './proxytarget.ts';

export const PROXY_VERBS: readonly RequestVerb[] = ['create', 'delete', 'get', 'patch', 'update'];

/** kubernetes `pkg/registry/core/pod/strategy.go` ResourceLocation. */
export const POD_PROXY: ConnectRow = {
  type: 'connect',
  name: 'proxy',
  answer: 'proxy',
  verbs: PROXY_VERBS,
  kind: { group: '', version: 'v1', kind: 'PodProxyOptions' },
  objectName: (id) => proxyTargetOf(id, 'pod').name,
  connect(object, _options, _world, id) {
    const pod = object as Pod;
    const target = proxyTargetOf(id, 'pod');
    return portOfPod(pod, portOf(target, pod));
  },
};

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
