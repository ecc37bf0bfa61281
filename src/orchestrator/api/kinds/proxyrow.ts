import type { KubeObject } from '../../../kube/values/types.ts';
import type { Connection, ConnectRow, World } from './kind.ts';
import { type ProxyTarget, proxyTargetOf } from './proxytarget.ts';

/** The subresource `proxy` of a kind; `what` is the word for its objects in a refusal. */
export const proxyRow = (
  what: 'node' | 'pod' | 'service',
  optionsKind: string,
  connect: (object: KubeObject, target: ProxyTarget, world: World) => Connection,
): ConnectRow => ({
  type: 'connect',
  name: 'proxy',
  answer: 'proxy',
  verbs: ['create', 'delete', 'get', 'patch', 'update'],
  kind: { group: '', version: 'v1', kind: optionsKind },
  objectName: (id) => proxyTargetOf(id, what).name,
  connect: (object, _options, world, id) => connect(object, proxyTargetOf(id, what), world),
});
