import type { SocketOwner, SocketOwners } from '../../../../src/orchestrator/node/runtime/sockets.ts';
import type { Sandbox } from '../../../../src/orchestrator/node/runtime/spec.ts';

/** Every pod has a network of its own. */
export function fakeSockets(
  listening: ReadonlySet<string>,
  sandboxes: ReadonlyMap<string, Sandbox>,
): SocketOwners {
  const ownerOf = ({ pod, port }: { pod: string; port: number }): SocketOwner =>
    sandboxes.has(pod) && listening.has(`${pod}:${port}`) ? { type: 'own' } : { type: 'nobody' };
  return { ownerOf, isProven: (endpoint) => ownerOf(endpoint).type === 'own', wildcards: () => new Map() };
}
