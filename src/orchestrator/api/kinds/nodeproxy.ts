import { badRequest } from '../errors.ts';
import { proxyRow } from './proxyrow.ts';

/** Where a kubelet listens; here nobody does: its agent answers over the link. */
const AGENT_PORT = '10250';

/**
 * kubernetes `pkg/registry/core/node/strategy.go` ResourceLocation. Nothing but the node's own agent is reached: another port would be any
 * program of the machine.
 */
export const NODE_PROXY = proxyRow('node', 'NodeProxyOptions', (_object, { name, port }) => {
  if (port !== '' && port !== AGENT_PORT)
    throw badRequest(`the proxy to nodes reaches their agents alone, not port ${port}`);
  return { node: name, request: { type: 'nodeProxy' } };
});
