import { badRequest } from '../errors.ts';
import type { ConnectRow } from './kind.ts';
import { PROXY_VERBS } from './podproxy.ts';
import { proxyTargetOf } from './proxytarget.ts';

/** Where a kubelet listens; here nobody does: its agent answers over the link. */
const AGENT_PORT = '10250';

/**
 * kubernetes `pkg/registry/core/node/strategy.go` ResourceLocation. Nothing but the node's own agent is reached: another port would be any
 * program of the machine.
 */
export const NODE_PROXY: ConnectRow = {
  type: 'connect',
  name: 'proxy',
  answer: 'proxy',
  verbs: PROXY_VERBS,
  kind: { group: '', version: 'v1', kind: 'NodeProxyOptions' },
  objectName: (id) => proxyTargetOf(id, 'node').name,
  connect(_object, _options, _world, id) {
    const { name, port } = proxyTargetOf(id, 'node');
    if (port !== '' && port !== AGENT_PORT)
      throw badRequest(`the proxy to nodes reaches their agents alone, not port ${port}`);
    return { node: name, request: { type: 'nodeProxy' } };
  },
};
